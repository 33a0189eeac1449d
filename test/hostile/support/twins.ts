import {
  getNullableType,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isRequiredInputField,
} from "graphql";
import { type Kind, newId } from "../../../src/graph/id.js";
import type { Path } from "./positions.js";

export interface Place {
  /** The field of the schema that is asked. */
  readonly root: string;
  /** The input type in which the value stands; null for an argument itself. */
  readonly input: string | null;
  readonly path: Path;
}

/** What the seed made, by the words that arguments have for it. */
export interface Seeded {
  readonly names: Readonly<
    Record<"model" | "proj" | "dataset" | "version" | "chest" | "training" | "deployment", string>
  >;
  /** A record of each type. */
  readonly ids: Readonly<Record<string, string>>;
}

/** Valid values for scalars whose place does not matter. */
const PLAIN: Readonly<Record<string, unknown>> = {
  Int: 1,
  SafeInt: 5,
  Float: 0.5,
  Boolean: false,
  Tag: "latest",
  Stage: "build",
  ArgName: "PYTHON_VERSION",
  VariableName: "STAGE",
  VariableValue: "test, of all 50",
  ShortText: "Iris setosa, 50 of them",
  GitUrl: "https://git.example/iris.git",
  GitRef: "main",
  ImageRef: "registry.example/team/iris",
  NotebookPath: "train.ipynb",
  FileName: "measures.csv",
  Sha256: "a".repeat(64),
  Secret: "correct horse battery",
  JSONObject: { "python.version": "3.11", "Iris setosa": [50, null, { deep: true }] },
  JSON: 1,
  PlainValue: "setosa",
  DateTime: "2024-05-06T07:08:09Z",
  _Any: { __typename: "Model", name: "nowhere" },
};

/** Valid numbers where 1 is none. */
const AMOUNTS: Readonly<Record<string, number>> = { memoryMb: 64, pids: 64 };

/** What stands for the name of a record in each operation, by a word in the operation's or the input's name. */
const NAMED: readonly (readonly [RegExp, keyof Seeded["names"]])[] = [
  [/dataset/i, "dataset"],
  [/version/i, "version"],
  [/training/i, "training"],
  [/deploy/i, "deployment"],
  [/project/i, "proj"],
  [/chest/i, "chest"],
  [/model/i, "model"],
];

/** What is deleted by its names or by its id, and the kind of that id. */
const GENERATIONS: Readonly<Record<string, Kind>> = {
  DeleteBuildVersionInput: "bvers",
  DeleteDatasetInput: "dataset",
  DeleteModelVersionInput: "movers",
};
const NOWHERE = "nowhere";

/** Valid values for every place of the schema, and so the harmless twins of what is hostile there. */
export class Twins {
  private made = 0;

  constructor(
    private readonly seeded: Seeded,
    private readonly cursor: (query: string) => Promise<string | null>,
  ) {}

  idOf(type: string): string {
    const id = this.seeded.ids[type];
    if (!id) throw new Error(`The seed has no ${type}: make one in seed-everything.ts.`);
    return id;
  }

  async valid(type: GraphQLInputType, place: Place, cursors: string | null): Promise<unknown> {
    const nullable = getNullableType(type);
    if (isListType(nullable)) return [await this.valid(nullable.ofType, place, cursors)];
    if (isEnumType(nullable)) return nullable.getValues()[0]!.name;
    if (isInputObjectType(nullable)) {
      const required = Object.values(nullable.getFields()).filter(isRequiredInputField);
      const entries = required.map(async (field) => {
        const inside = { ...place, input: nullable.name, path: [...place.path, field.name] };
        return [field.name, await this.valid(field.type, inside, cursors)] as const;
      });
      return { ...needed(nullable), ...Object.fromEntries(await Promise.all(entries)) };
    }
    const { name } = nullable;
    if (name === "Name") return this.freshName();
    if (name === "ID") return this.id(place);
    if (name === "String") return this.text(place, cursors);
    const amount = AMOUNTS[String(place.path.at(-1))];
    if (amount !== undefined) return amount;
    if (!(name in PLAIN)) throw new Error(`Say in twins.ts what a valid ${name} is, and in oracle.ts what none is.`);
    return PLAIN[name];
  }

  /** What must stand beside a field, and what must not. */
  beside(input: string, field: string, whole: Record<string, unknown>): Record<string, unknown> {
    if (input === "EnvVariableInput" && field !== "value")
      return { name: whole["name"], chest: this.seeded.names.chest };
    if (input === "ManifestFileInput" && field === "text") return { name: whole["name"] };
    if (input === "UpdateTreasureChestInput" && field === "username") return { ...whole, password: PLAIN["Secret"] };
    if (input === "UpdateTreasureChestInput" && field === "password") return { ...whole, username: PLAIN["Secret"] };
    // A key of an order is a field or a path.
    if (input.endsWith("Order") && field === "details") return {};
    if (input === "BuildProjectInput" && field === "ref") return { ...whole, from: "GIT" };
    // What is to go is given by its names or by its id.
    if (input in GENERATIONS && field === "id") return {};
    return whole;
  }

  private freshName(): string {
    this.made += 1;
    return `twin-${this.made}`;
  }

  private id({ root, input }: Place): string {
    const kind = GENERATIONS[input ?? ""];
    if (kind) return newId(kind);
    if (/build/i.test(input ?? root)) return this.idOf("Build");
    if (root === "log" || root === "taskChanged") return this.idOf("Training");
    return this.idOf(/upload/i.test(input ?? root) ? "Dataset" : "Model");
  }

  private async text({ root, input, path }: Place, cursors: string | null): Promise<string | null> {
    const { names } = this.seeded;
    const word = String(path.findLast((step) => typeof step === "string"));
    // An empty page has no cursor, and none is a twin of any.
    if (word === "after" || word === "before") return cursors && this.cursor(cursors);
    // What is deleted would be missed by all that follows.
    if (input?.startsWith("Delete")) return NOWHERE;
    if (word === "model" || word === "models") return names.model;
    if (word === "proj") return names.proj;
    if (word === "chest" || word === "registryChest") return names.chest;
    if (word === "tag") return "latest";
    if (word === "gpuDevices") return "0";
    if (word === "profile") return "large";
    const owner = word === "name" || word === "eq" || word === "in" ? `${path.join(".")} ${input ?? ""} ${root}` : "";
    return names[NAMED.find(([pattern]) => pattern.test(owner))?.[1] ?? "model"];
  }
}

/** What the schema leaves open and a record asks for. */
function needed(input: GraphQLInputObjectType): Record<string, unknown> {
  const { name } = input;
  const field = name.endsWith("Order") ? getNullableType(input.getFields()["field"]?.type) : undefined;
  if (isEnumType(field)) return { field: field.getValues()[0]?.name };
  if (name === "ManifestFileInput") return { size: 5, sha256: PLAIN["Sha256"] };
  if (name === "DeployInput") return { notebook: "predict.ipynb", tag: "latest" };
  if (name === "EnvVariableInput") return { value: PLAIN["VariableValue"] };
  if (name === "RetentionPolicyInput") return { keepLast: PLAIN["Int"] };
  if (name in GENERATIONS) return namesOf(input);
  return {};
}

function namesOf(input: GraphQLInputObjectType): Record<string, unknown> {
  const texts = Object.values(input.getFields()).filter(({ type }) => String(type) === "String");
  return Object.fromEntries(texts.map(({ name }) => [name, NOWHERE]));
}
