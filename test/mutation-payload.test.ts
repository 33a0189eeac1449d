import { afterAll, beforeAll, expect, test } from "vitest";
import { rocasSchema } from "../src/schema.js";
import { EVERY_MUTATION, openWorld, sendMutation, type World } from "./support/every-mutation.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";
import { openTempFolder, type TempFolder } from "./support/temp-folder.js";

const { schema } = await rocasSchema();
const MUTATIONS = Object.keys(schema.getMutationType()!.getFields());

const RECORD = "id createdAt createdBy modifiedAt deleting";
const TEXT = expect.any(String) as string;
const NAMED = { name: TEXT };
const NOTHING_YET = { totalCount: 0, nodes: [] };

const MODEL = {
  fields: `${RECORD} name modelFiles { name } versions { totalCount nodes { name } } datasets { totalCount nodes { name } }`,
  next: { name: TEXT, modelFiles: [], versions: NOTHING_YET, datasets: NOTHING_YET },
};
const PROJECT = {
  fields: `${RECORD} name models { name } builds { totalCount nodes { tag } } trainings { totalCount nodes { name } }`,
  next: { name: TEXT, models: [NAMED], builds: NOTHING_YET, trainings: NOTHING_YET },
};
const FILES = {
  fields: `${RECORD} name state files { name size } uploads { name url expiresAt } download details model { name }`,
  next: {
    name: TEXT,
    state: "READY",
    files: [{ name: TEXT, size: expect.any(Number) as number }],
    uploads: [],
    download: expect.stringMatching(/^\/files\//) as string,
    model: NAMED,
  },
};
const CHEST = { fields: `${RECORD} name owner desc`, next: { name: TEXT, owner: TEXT } };
const TASK = "task { state progress startTime updateTime error }";
const BUILD = {
  fields: `${RECORD} tag from ${TASK} proj { name } bvers { tag } log(first: 5) { text hasMore ended }`,
  next: { tag: TEXT, task: { state: TEXT, progress: expect.any(Number) as number }, proj: NAMED, bvers: null },
};
const TRAINING = {
  fields: `${RECORD} name notebook details ${TASK} proj { name } bvers { tag status } movers { totalCount nodes { name } } log(first: 5) { text ended }`,
  next: { name: TEXT, task: { state: TEXT }, proj: NAMED, bvers: { tag: "latest" }, movers: NOTHING_YET },
};
const DEPLOYMENT = {
  fields: `${RECORD} name revision replicas availability tasks { slot state ready } proj { name } bvers { tag } predictPath`,
  next: {
    name: TEXT,
    revision: 1,
    availability: "NONE",
    proj: NAMED,
    bvers: { tag: "latest" },
    predictPath: expect.stringMatching(/^\/predict\//) as string,
  },
};
const GONE = { fields: "id done", next: { id: TEXT, done: expect.any(Boolean) as boolean } };

/** What a dashboard shows after each mutation, from its answer alone. */
const SHOWN: Readonly<Record<string, { readonly fields: string; readonly next: object }>> = {
  createModel: MODEL,
  updateModel: MODEL,
  createProject: PROJECT,
  updateProject: PROJECT,
  createDataset: FILES,
  updateDataset: FILES,
  publishModelVersion: FILES,
  updateModelVersion: FILES,
  createTreasureChest: CHEST,
  updateTreasureChest: CHEST,
  buildProject: BUILD,
  cancelBuild: BUILD,
  startTraining: TRAINING,
  updateTraining: TRAINING,
  cancelTraining: TRAINING,
  deploy: DEPLOYMENT,
  undeploy: DEPLOYMENT,
  addFiles: {
    fields: "id state manifest { count complete } uploads { url }",
    next: { manifest: { count: 2 }, uploads: [] },
  },
  confirmUpload: {
    fields: "id state manifest { count complete } uploads { url }",
    next: { state: "READY", uploads: [] },
  },
  renewUploads: { fields: "name url expiresAt", next: [{ name: TEXT, url: TEXT, expiresAt: TEXT }] },
};

let home: TempFolder;
let app: TestApp;
let world: World;

beforeAll(async () => {
  home = await openTempFolder();
  app = await openTestApp({ ROCAS_PROJECT_ROOTS: home.path });
  world = await openWorld(app, home.path);
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await home[Symbol.asyncDispose]();
});

test.each(MUTATIONS)("%s answers with what a dashboard shows next", async (name) => {
  const { fields, next } = name.startsWith("delete") ? GONE : SHOWN[name]!;

  const { data, errors } = await sendMutation(app, name, await EVERY_MUTATION[name]!.input(world), fields);

  expect(errors).toBeUndefined();
  expect(data[name]).toMatchObject(next);
});
