import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { buildAgain, builtProject } from "./built-project.js";
import { manyFiles, openDataset } from "./many-files.js";
import type { TestApp } from "./open-test-app.js";
import type { Answer } from "./told.js";

/** What mutations are sent to. */
export interface World {
  readonly app: TestApp;
  readonly proj: { readonly id: string; readonly name: string };
  readonly model: string;
  /** A name that nothing has yet. */
  next(): string;
}

/** A mutation that a test sends. */
export interface MutationRow {
  /** A valid input, another one at each call, with whatever it needs made before. */
  readonly input: (world: World) => Promise<object> | object;
  /** What of the answer is the same however far the work is. */
  readonly fields: string;
  /** What one effect writes to the record, by action and fields. */
  readonly writes: readonly string[];
  /** How many records one effect makes. */
  readonly made?: number;
  /** How many jobs the record has afterwards. */
  readonly jobs?: number;
}

const FILES = [{ name: "measures.csv", text: "5.1,3.5" }];
const MISSING = [{ name: "measures.csv", size: 3, sha256: "a".repeat(64) }];
const CHEST = { username: "flora", password: "correct horse" };
const GONE = ["CHANGE deleting", "DELETE"];

/** Every mutation of the schema. One that is new joins here. */
export const EVERY_MUTATION: Readonly<Record<string, MutationRow>> = {
  createModel: {
    input: ({ next }) => ({ desc: next() }),
    fields: "id name desc modifiedAt",
    writes: ["INSERT"],
    made: 1,
  },
  updateModel: {
    input: async ({ app, next }) => ({ name: (await app.seed.model()).name, desc: next() }),
    fields: "id desc modifiedAt",
    writes: ["CHANGE desc"],
  },
  deleteModel: {
    input: async ({ app }) => ({ name: (await app.seed.model()).name }),
    fields: "id done",
    writes: GONE,
  },
  createProject: {
    input: ({ model, next }) => ({ models: [model], desc: next() }),
    fields: "id name desc modifiedAt models { name }",
    writes: ["INSERT"],
    made: 1,
  },
  updateProject: {
    input: async ({ app, model }) => ({ name: (await app.seed.project()).name, models: [model] }),
    fields: "id modifiedAt models { name }",
    writes: ["CHANGE model"],
  },
  deleteProject: {
    input: async ({ app }) => ({ name: (await app.seed.project()).name }),
    fields: "id done",
    writes: GONE,
  },
  createDataset: {
    input: ({ model, next }) => ({ model, files: FILES, details: { note: next() } }),
    fields: "id name state details uploads { name }",
    writes: ["INSERT"],
    made: 1,
  },
  updateDataset: {
    input: async ({ app, model, next }) => ({ ...(await dataset(app, model)), details: { note: next() } }),
    fields: "id details modifiedAt",
    writes: ["CHANGE details"],
  },
  deleteDataset: {
    input: ({ app, model }) => dataset(app, model),
    fields: "id done",
    writes: GONE,
  },
  publishModelVersion: {
    input: ({ model, next }) => ({ model, files: FILES, details: { note: next() } }),
    fields: "id name state details uploads { name }",
    writes: ["INSERT"],
    made: 1,
  },
  updateModelVersion: {
    input: async ({ app, model, next }) => ({ ...(await version(app, model)), aliases: [next()] }),
    fields: "id aliases modifiedAt",
    writes: ["CHANGE aliases"],
  },
  deleteModelVersion: { input: ({ app, model }) => version(app, model), fields: "id done", writes: GONE },
  renewUploads: {
    input: async ({ app, model }) => ({ id: (await app.seed.dataset({ model, files: MISSING })).id }),
    fields: "name",
    // Nothing of the record; that the key was used is kept.
    writes: ["CHANGE"],
  },
  confirmUpload: {
    input: async ({ app, model }) => ({
      id: (await app.seed.dataset({ model, files: FILES })).id,
      name: FILES[0]!.name,
    }),
    fields: "id",
    // Nothing of the record, which has the file already; that the key was used is kept.
    writes: ["CHANGE"],
  },
  addFiles: {
    input: async ({ app, model }) => ({ id: (await openDataset(app, { model })).id, files: manyFiles(2) }),
    fields: "id manifest { count }",
    writes: ["CHANGE manifest"],
  },
  createTreasureChest: {
    input: ({ next }) => ({ ...CHEST, desc: next() }),
    fields: "id name desc owner modifiedAt",
    writes: ["INSERT"],
    made: 1,
  },
  updateTreasureChest: {
    input: async ({ app, next }) => ({ name: await chest(app), username: next(), password: next() }),
    fields: "id name modifiedAt",
    writes: ["CHANGE secret_version"],
  },
  deleteTreasureChest: { input: async ({ app }) => ({ name: await chest(app) }), fields: "id done", writes: GONE },
  buildProject: {
    input: ({ proj, next }) => ({ proj: proj.name, tag: next() }),
    fields: "id tag createdAt createdBy",
    writes: ["INSERT"],
    made: 1,
    jobs: 1,
  },
  cancelBuild: {
    input: async (world) => ({ id: await build(world) }),
    fields: "id tag",
    writes: ["CHANGE cancel"],
    jobs: 1,
  },
  deleteBuild: {
    input: async (world) => {
      const id = await build(world);
      await world.app.seed.mutate("cancelBuild", "CancelBuildInput", { id }, "id");
      await over(world.app, id);
      return { id };
    },
    fields: "id done",
    writes: GONE,
  },
  deleteBuildVersion: {
    input: async ({ app, proj, next }) => {
      const tag = next();
      await buildAgain(app.app, proj, `sha256:${"2".repeat(64)}`, tag);
      return { proj: proj.name, tag };
    },
    fields: "id done",
    writes: GONE,
  },
  startTraining: {
    input: ({ proj, next }) => ({ proj: proj.name, notebook: "train.ipynb", details: { note: next() } }),
    fields: "id name details createdAt",
    writes: ["INSERT"],
    made: 1,
    jobs: 1,
  },
  updateTraining: {
    input: async (world) => ({ ...(await training(world)), details: { note: world.next() } }),
    fields: "id details",
    writes: ["CHANGE details"],
    jobs: 1,
  },
  cancelTraining: { input: training, fields: "id name", writes: ["CHANGE cancel"], jobs: 1 },
  deleteTraining: {
    input: async (world) => {
      const names = await training(world);
      await over(world.app, (await world.app.seed.mutate("cancelTraining", "CancelTrainingInput", names)).id);
      return names;
    },
    fields: "id done",
    writes: GONE,
  },
  deploy: {
    input: ({ proj, next }) => ({
      proj: proj.name,
      tag: "latest",
      notebook: "predict.ipynb",
      details: { note: next() },
    }),
    fields: "id name details revision replicas",
    writes: ["INSERT"],
    // And its first revision.
    made: 2,
    jobs: 1,
  },
  undeploy: { input: deployment, fields: "id revision replicas", writes: ["CHANGE replicas"], jobs: 1 },
  deleteDeployment: {
    input: async (world) => {
      const { proj } = world;
      const wanted = { proj: proj.name, tag: "latest", notebook: "predict.ipynb", replicas: 0 };
      const { name } = await world.app.seed.mutate("deploy", "DeployInput", wanted);
      return { proj: proj.name, name };
    },
    // Whether it is done depends on how far the job of its revision is.
    fields: "id",
    writes: GONE,
  },
};

/** A project that can be built (slowly), has been, and uses a model. @param home its folder, among the project roots */
export async function openWorld(app: TestApp, home: string): Promise<World> {
  await writeFile(join(home, "Dockerfile"), "FROM scratch\nLABEL rocas.onboard=1\nRUN sleep 600\n");
  const { proj, model } = await builtProject(app);
  await app.seed.mutate("updateProject", "UpdateProjectInput", { name: proj.name, homeDir: home });
  let count = 0;
  return { app, proj, model: model.name, next: () => `n${(count += 1)}` };
}

/** Sends one of them. */
export function sendMutation(
  app: TestApp,
  name: string,
  input: object,
  fields: string,
  caller?: string,
): Promise<Answer> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  return app.execute(`mutation Send($input: ${type}!) { ${name}(input: $input) { ${fields} } }`, { input }, caller);
}

const dataset = async (app: TestApp, model: string) => ({ model, name: (await app.seed.dataset({ model })).name });
const version = async (app: TestApp, model: string) => ({ model, name: (await app.seed.modelVersion({ model })).name });
const chest = async (app: TestApp): Promise<string> =>
  (await app.seed.mutate("createTreasureChest", "CreateTreasureChestInput", CHEST)).name;
const build = async ({ app, proj, next }: World): Promise<string> =>
  (await app.seed.mutate("buildProject", "BuildProjectInput", { proj: proj.name, tag: next() }, "id")).id;

/** Resolves once nothing of its work is left. */
const over = ({ app }: TestApp, id: string) =>
  expect.poll(() => app.store.jobs.findOne({ _id: id }), { timeout: 20_000 }).toMatchObject({ cleanup: "DONE" });

async function training({ app, proj: { name: proj } }: World) {
  const { name } = await app.seed.mutate("startTraining", "StartTrainingInput", { proj, notebook: "train.ipynb" });
  return { proj, name };
}

async function deployment({ app, proj: { name: proj } }: World) {
  const wanted = { proj, tag: "latest", notebook: "predict.ipynb" };
  const { name } = await app.seed.mutate("deploy", "DeployInput", wanted);
  return { proj, name };
}
