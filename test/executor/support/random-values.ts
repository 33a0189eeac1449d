import {
  getNullableType,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
} from "graphql";
import type { SeededRandom } from "../../../packages/embedded-store/test/support/seeded-random.js";
import type { StoredWords } from "./stored-words.js";

/** Filters hold filters. */
const DEEPEST = 3;

/** Valid values for arguments, mostly such as the store has, in the form that they have as variables. */
export class RandomValues {
  constructor(
    private readonly random: SeededRandom,
    private readonly words: StoredWords,
  ) {}

  /** @param name the name of the argument or of the input field. */
  of(type: GraphQLInputType, name: string, depth = 0): unknown {
    const { random } = this;
    if (!isNonNullType(type) && random.chance(4)) return null;
    const nullable = getNullableType(type);
    if (isListType(nullable)) return this.list(nullable.ofType, name, depth);
    if (isEnumType(nullable)) return random.pick(nullable.getValues()).name;
    if (!isInputObjectType(nullable)) return this.scalar(nullable.name, name);
    const fields = Object.values(nullable.getFields());
    const required = fields.filter(isRequiredInputField);
    const others = fields.filter((each) => !required.includes(each) && (depth < DEEPEST || !holdsFilters(each.type)));
    const chosen = Array.from({ length: 1 + random.below(2) }, () => random.pick(others));
    const all = new Set([...required, ...(others.length > 0 ? chosen : [])]);
    return Object.fromEntries([...all].map((field) => [field.name, this.of(field.type, field.name, depth + 1)]));
  }

  private list(item: GraphQLInputType, name: string, depth: number): unknown {
    const { random } = this;
    const items = Array.from({ length: random.below(4) + (name === "path" ? 1 : 0) }, () => this.of(item, name, depth));
    // A value alone stands for a list of it.
    return items.length === 1 && items[0] !== null && random.chance(30) ? items[0] : items;
  }

  private scalar(type: string, name: string): unknown {
    const { random, words } = this;
    switch (type) {
      case "Int":
      case "SafeInt":
        return random.chance(5) ? random.pick([-1, 0, 101, 100_000]) : 1 + random.below(6);
      case "Float":
        return random.pick([0, 0.5, 1, -1.5]);
      case "Boolean":
        return random.chance(50);
      case "ID":
        return random.chance(8) ? "nowhere" : random.pick(words.ids);
      case "DateTime":
        return random.pick(words.times);
      case "PlainValue":
        return random.pick<unknown>([1, 0.5, true, "a", 'Iris "setosa"', ...words.texts.slice(0, 5)]);
      case "_Any":
        return this.representation();
      default:
        return name === "path" || name === "details" ? random.pick(words.detailKeys) : this.text();
    }
  }

  private text(): string {
    const { random, words } = this;
    return random.chance(30) ? random.pick(words.texts).slice(0, 1 + random.below(3)) : random.pick(words.texts);
  }

  /** Returns key fields for `_entities`, some of them of nothing. */
  private representation(): object {
    const { random, words } = this;
    const { type, id, names } = random.pick(words.records);
    if (random.chance(8)) return { __typename: type, [random.pick(["id", "name", "nothing"])]: random.pick([1, "x"]) };
    if (random.chance(50) || names.length > 2) return { __typename: type, id };
    const own = type === "BuildVersion" ? "tag" : "name";
    if (names.length === 1) return { __typename: type, [own]: names[0] };
    const parent = /^(Dataset|ModelVersion)$/.test(type) ? "model" : "proj";
    return { __typename: type, [parent]: { name: names[0] }, [own]: names[1] };
  }
}

/** True for an input that would nest without an end. */
function holdsFilters(type: GraphQLInputType): boolean {
  const nullable = getNullableType(type);
  if (isListType(nullable)) return holdsFilters(nullable.ofType);
  return isInputObjectType(nullable) && nullable.name.endsWith("Filter") && nullable.name !== "DetailsFilter";
}
