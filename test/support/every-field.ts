import { getNamedType, type GraphQLSchema, isInterfaceType, isLeafType, isRequiredArgument } from "graphql";
import { builtProject } from "./built-project.js";
import type { TestApp } from "./open-test-app.js";
import { PARTIAL_UPDATES } from "./partial-updates.js";
import { fileOf } from "./played-training.js";
import { PlayedContainer } from "./played-container.js";

const FILES = [{ name: "a.csv", text: "5.1,3.5" }];

/** The types of which there are snapshots, as the schema says. */
export const frozenTypes = (schema: GraphQLSchema): string[] =>
  schema
    .getPossibleTypes(interfaceOf(schema, "Snapshot"))
    .map(({ name }) => name.replace("Snapshot", ""))
    .sort();

/** Selects every field that a record of the type shares with its snapshots; of objects, what they are made of. */
export function everyField(schema: GraphQLSchema, type: string): string {
  const fields = Object.values(interfaceOf(schema, `${type}Info`).getFields());
  return fields
    .filter(({ args }) => !args.some(isRequiredArgument))
    .map((field) => `${field.name} ${leaves(field.type)}`)
    .join(" ");
}

function leaves(type: Parameters<typeof getNamedType>[0]): string {
  const named = getNamedType(type);
  if (!named || isLeafType(named)) return "";
  if (!("getFields" in named)) throw new Error(`${named.name} has no fields.`);
  const own = Object.values(named.getFields()).filter(
    ({ name, type: each }) => name !== "id" && isLeafType(getNamedType(each)),
  );
  return `{ ${own.map(({ name }) => name).join(" ")} }`;
}

function interfaceOf(schema: GraphQLSchema, name: string) {
  const found = schema.getType(name);
  if (!isInterfaceType(found)) throw new Error(`${name} is no interface.`);
  return found;
}

const set = (update: string, left: readonly string[] = []): object =>
  Object.assign(
    {},
    ...Object.entries(PARTIAL_UPDATES[update]!.fields).flatMap(([field, each]) =>
      left.includes(field) ? [] : [each.set],
    ),
  ) as object;

/** A deployment of a version that a training made of everything there is: each record of it has every field set. */
export async function deployedFromEverything(app: TestApp): Promise<string> {
  const { seed } = app;
  const { proj, model } = await builtProject(app, undefined, "latest", {
    git_version: "a".repeat(40),
    git_dirty: true,
  });
  await seed.mutate("updateProject", "UpdateProjectInput", { name: proj.name, ...set("updateProject", ["models"]) });
  await seed.mutate("updateModel", "UpdateModelInput", { name: model.name, ...set("updateModel") });
  const filled = { model: model.name, details: { a: [1] }, files: FILES };
  const ds = { model: model.name, name: (await seed.dataset(filled)).name };
  const first = { model: model.name, name: (await seed.modelVersion(filled)).name };
  const mounts = { datasets: [ds], pretrained: [first], params: { depth: 3 }, details: { a: [1] } };
  const resources = { profile: "large", cpus: 2, memoryMb: 512, shmMb: 64, pids: 64, scratchMb: 128 };
  const env = [{ name: "STAGE", value: "test" }];
  const lazy = { proj: proj.name, name: "lazy", tag: "latest", notebook: "serve.ipynb", replicas: 0 };
  await seed.mutate("deploy", "DeployInput", lazy);
  const training = {
    proj: proj.name,
    notebook: "train.ipynb",
    targetDeployment: "lazy",
    resources,
    env,
    timeoutSeconds: 60,
    ...mounts,
  };
  const { id } = await seed.mutate("startTraining", "StartTrainingInput", training);
  await published(app, id, { name: "best", model: model.name, ds, pretrained: first, details: { a: [1] } });
  const movers = [{ model: model.name, name: "best" }];
  const wanted = { proj: proj.name, tag: "latest", notebook: "serve.ipynb", movers, replicas: 0 };
  return (await seed.mutate("deploy", "DeployInput", wanted)).id as string;
}

async function published(app: TestApp, training: string, version: object): Promise<void> {
  await app.settled();
  const container = PlayedContainer.of(app.runtime.running(training)[0]!);
  await container.claim();
  const { body } = await container.post("/publish", { ...version, files: [fileOf("a.csv", "weights")] });
  await container.send("PUT", body.uploads[0].url, Buffer.from("weights"));
  await container.complete();
  await app.settled();
}
