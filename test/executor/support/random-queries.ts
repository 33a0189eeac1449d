import {
  getNamedType,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLNamedOutputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isLeafType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
} from "graphql";
import type { SeededRandom } from "../../../packages/embedded-store/test/support/seeded-random.js";
import { literal } from "./literal.js";
import { RandomValues } from "./random-values.js";
import type { StoredWords } from "./stored-words.js";

type Field = GraphQLField<unknown, unknown>;
type Variables = Readonly<Record<string, unknown>>;

export interface RandomQuery {
  readonly query: string;
  /** The same document is sent once with each of these. */
  readonly variables: readonly Variables[];
}

/** They differ from call to call by nature. */
const UNSTABLE = new Set(["storage"]);
const BY_ID = ["node", "node", "nodes", "_entities"];
const DEEPEST = 7;

/** Makes queries from a schema: the same seed makes the same ones. */
export class RandomQueries {
  private readonly values: RandomValues;
  private variables: { name: string; type: string; value: unknown; usesDefault: boolean }[] = [];
  private fragments: { name: string; type: string; text: string }[] = [];
  private aliases = 0;
  private budget = 0;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly random: SeededRandom,
    private readonly words: StoredWords,
  ) {
    this.values = new RandomValues(random, words);
  }

  query(): RandomQuery {
    return this.document("query", () => this.selection(this.schema.getQueryType()!, 0));
  }

  /** @param field a field of the root, with its arguments. */
  subscription(field: string): RandomQuery {
    const { type } = this.schema.getSubscriptionType()!.getFields()[field.split("(")[0]!]!;
    return this.document("subscription", () => `{ ${field} ${this.selection(getNamedType(type) as never, 1)} }`);
  }

  private document(kind: string, select: () => string): RandomQuery {
    this.variables = [];
    this.fragments = [];
    this.aliases = 0;
    this.budget = 10 + this.random.below(60);
    const selection = select();
    const declared = this.variables.map(({ name, type, value, usesDefault }) =>
      usesDefault ? `$${name}: ${type} = ${literal(value, this.typeNamed(type))}` : `$${name}: ${type}`,
    );
    const head = declared.length > 0 ? `${kind} Q(${declared.join(", ")}) ` : `${kind} Q `;
    const fragments = this.fragments.map(({ name, type, text }) => `fragment ${name} on ${type} ${text}`);
    return { query: [head + selection, ...fragments].join("\n"), variables: this.variableSets() };
  }

  /** Conditions are true in one set and false in the other: each is a form of the operation of its own. */
  private variableSets(): Variables[] {
    const given = this.variables.filter(({ usesDefault }) => !usesDefault || this.random.chance(40));
    const first = Object.fromEntries(given.map(({ name, value }) => [name, value]));
    if (!given.some(({ type }) => type === "Boolean!")) return [first];
    const turned = given.map(({ name, type, value }) => [name, type === "Boolean!" ? !value : value] as const);
    return [first, Object.fromEntries(turned)];
  }

  private selection(type: GraphQLCompositeType, depth: number): string {
    const { random } = this;
    const count = depth === 0 ? 1 + random.below(3) : 1 + random.below(5);
    const parts = Array.from({ length: count }, () => this.part(type, depth));
    const chosen = parts.filter((each) => each !== "");
    return `{ ${chosen.length > 0 ? chosen.join(" ") : "__typename"} }`;
  }

  private part(type: GraphQLCompositeType, depth: number): string {
    const { random } = this;
    this.budget -= 1;
    if (random.chance(6)) return this.aliased("__typename");
    const isBroad = isAbstractType(type) && random.chance(60);
    if (depth > 0 && depth < DEEPEST && (isBroad || isUnionType(type) || random.chance(10)))
      return this.fragment(type, depth);
    return isUnionType(type) ? "__typename" : this.field(type, depth);
  }

  private fragment(type: GraphQLCompositeType, depth: number): string {
    const { random } = this;
    const on = random.pick(this.typesWithin(type));
    const directive = this.condition(10);
    if (!random.chance(35)) {
      const condition = on === type && random.chance(50) ? "" : ` on ${on.name}`;
      return `...${condition}${directive} ${this.selection(on, depth + (random.chance(50) ? 1 : 0))}`;
    }
    const known = this.fragments.filter((each) => each.type === on.name);
    if (known.length > 0 && random.chance(40)) return `...${random.pick(known).name}${directive}`;
    const text = this.selection(on, depth + 1);
    const name = `F${this.fragments.length + 1}`;
    this.fragments.push({ name, type: on.name, text });
    return `...${name}${directive}`;
  }

  /** Returns the types whose fragments may stand in a selection of a type. */
  private typesWithin(type: GraphQLCompositeType): GraphQLCompositeType[] {
    const possible = isAbstractType(type) ? [...this.schema.getPossibleTypes(type)] : [type];
    const interfaces = possible.flatMap((each) => (isObjectType(each) ? each.getInterfaces() : []));
    return [type, ...possible, ...possible, ...new Set(interfaces)];
  }

  private field(type: Exclude<GraphQLCompositeType, { getTypes(): unknown }>, depth: number): string {
    const { random } = this;
    if (depth === 0 && random.chance(4)) return this.introspection();
    if (depth === 0 && random.chance(45)) return this.asked(type.getFields()[random.pick(BY_ID)]!, depth);
    const fields = Object.values(type.getFields()).filter(({ name }) => !UNSTABLE.has(name));
    const isDeep = depth >= DEEPEST || this.budget <= 0;
    const leaves = fields.filter((field) => isLeafType(getNamedType(field.type)));
    const ends = leaves.filter(({ args }) => !args.some(isRequiredArgument));
    const choices = isDeep ? ends : random.chance(35) && depth > 0 ? leaves : fields;
    return choices.length > 0 ? this.asked(random.pick(choices), depth) : "__typename";
  }

  private asked(field: Field, depth: number): string {
    const { random } = this;
    const named: GraphQLNamedOutputType = getNamedType(field.type);
    const label = field.args.length > 0 ? `x${(this.aliases += 1)}: ${field.name}` : this.aliased(field.name);
    const given = this.arguments(field);
    const head = label + this.writtenArguments(field, given) + this.condition(8);
    const found = isAbstractType(named) ? this.typeFound(given) : undefined;
    const below = (): string => {
      if (!isCompositeType(named)) return "";
      const selection = this.selection(named, depth + 1);
      if (!found || random.chance(10)) return ` ${selection}`;
      return ` { ... on ${found.name} ${this.selection(found, depth + 1)} ...${selection} }`;
    };
    const once = head + below();
    // The selections of a field that stands twice are merged.
    return random.chance(10) ? `${once} ${head}${below()}` : once;
  }

  /** Returns the type of the first record that the arguments name by its id. */
  private typeFound(given: ReadonlyMap<string, unknown>): GraphQLObjectType | undefined {
    const ids = JSON.stringify([...given.values()]);
    const record = this.words.records.find(({ id }) => ids.includes(id));
    return record && (this.typeNamed(record.type) as GraphQLObjectType);
  }

  private introspection(): string {
    const { random } = this;
    const depth = DEEPEST - 3;
    if (random.chance(40)) return `__schema ${this.selection(this.typeNamed("__Schema") as never, depth)}`;
    const name = random.pick(Object.keys(this.schema.getTypeMap()));
    return `x${(this.aliases += 1)}: __type(name: "${name}") ${this.selection(this.typeNamed("__Type") as never, depth)}`;
  }

  private aliased(name: string): string {
    return this.random.chance(12) ? `x${(this.aliases += 1)}: ${name}` : name;
  }

  /** @param percent how often there is one. */
  private condition(percent: number): string {
    const { random } = this;
    if (!random.chance(percent)) return "";
    const value = random.chance(30) ? String(random.chance(50)) : this.variable("Boolean!", random.chance(50));
    return ` @${random.pick(["skip", "include"])}(if: ${value})`;
  }

  private arguments(field: Field): Map<string, unknown> {
    const { random } = this;
    const given = new Map<string, unknown>();
    for (const each of field.args)
      if (isRequiredArgument(each) || random.chance(each.name === "first" ? 50 : 15))
        given.set(each.name, this.values.of(each.type, each.name));
    this.correlate(field, given);
    return given;
  }

  private writtenArguments({ args }: Field, given: ReadonlyMap<string, unknown>): string {
    const written = [...given].map(([name, value]) => `${name}: ${this.written(args, name, value)}`);
    return written.length > 0 ? `(${written.join(", ")})` : "";
  }

  /** Chooses values that belong together: names of one record, a cursor and its order. */
  private correlate(field: Field, given: Map<string, unknown>): void {
    const { random, words } = this;
    const type = getNamedType(field.type).name;
    if (given.has("first") && random.chance(90)) given.delete("last");
    const cursors = words.cursors[type] ?? [];
    for (const name of ["after", "before"])
      if (given.has(name) && cursors.length > 0 && random.chance(95)) {
        const { after, orderBy } = random.pick(cursors);
        given.set(name, after);
        given.delete("orderBy");
        if (orderBy && field.args.some((each) => each.name === "orderBy")) given.set("orderBy", orderBy);
      }
    const names = field.args.filter((each) => isRequiredArgument(each) && String(each.type) === "String!");
    const records = words.records.filter((each) => each.type === type.replace(/Connection$/, ""));
    if (names.length === 0 || records.length === 0 || random.chance(10)) return;
    const record = random.pick(records);
    const own = names.find(({ name }) => name === "name" || name === "tag");
    for (const { name } of names) given.set(name, name === own?.name ? record.names.at(-1) : record.names[0]);
  }

  private written(args: readonly GraphQLArgument[], name: string, value: unknown): string {
    const { type, defaultValue } = args.find((each) => each.name === name)!;
    if (value === undefined) return "null";
    if (this.random.chance(50)) return literal(value, type);
    // A variable that may be null fits if the argument has a default.
    const isLoose = isNonNullType(type) && defaultValue !== undefined && this.random.chance(50);
    return this.variable(isLoose ? String(type.ofType) : String(type), value);
  }

  private variable(type: string, value: unknown): string {
    const name = `v${this.variables.length + 1}`;
    const usesDefault = value !== null && this.random.chance(20);
    this.variables.push({ name, type, value, usesDefault });
    return `$${name}`;
  }

  private typeNamed(name: string) {
    return this.schema.getType(name.replace(/[[\]!]/g, ""))!;
  }
}
