import { afterAll, beforeAll, expect, test } from "vitest";
import { builtProject } from "./support/built-project.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";
import { openWatch, type Watch } from "./support/watched.js";

let app: TestApp;
let watch: Watch;
let proj: string;

beforeAll(async () => {
  app = await openTestApp();
  watch = await openWatch(app.app, app.schema, { relays: true });
  proj = (await builtProject(app)).proj.name;
});

afterAll(async () => {
  await watch[Symbol.asyncDispose]();
  await app[Symbol.asyncDispose]();
});

const mutation = (name: string, input: object, fields = "id") => ({
  source: `mutation ($input: ${name.charAt(0).toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { ${fields} } }`,
  variableValues: { input },
});

test("an update reads its record once, and writes it and its event", async () => {
  const { name } = await app.seed.model();

  const { errors, commands } = await watch.ask(mutation("updateModel", { name, desc: "new" }));

  expect(errors).toBeUndefined();
  expect(commands).toEqual(["find models", "update models", "insert events"]);
});

test("an idempotency key costs one command more, and a repeat no other", async () => {
  const { name } = await app.seed.model();
  const keyed = mutation("updateModel", { name, desc: "new", idempotencyKey: "update" });

  const first = await watch.ask(keyed);
  const repeat = await watch.ask(keyed);

  expect(first.commands).toEqual(["aggregate projects", "find models", "update models", "insert events"]);
  expect(repeat.commands).toEqual(["aggregate projects"]);
  expect(repeat.data).toEqual(first.data);
});

test("an update that changes nothing writes nothing", async () => {
  const { name } = await app.seed.model({ desc: "old" });
  await app.settled();

  const { commands } = await watch.ask(mutation("updateModel", { name, desc: "old" }));

  expect(commands).toEqual(["find models"]);
});

test("sixteen writers of one record share writes, and each gets its own answer", async () => {
  const { id, name } = await app.seed.model();
  const texts = Array.from({ length: 16 }, (_, number) => `change ${number}`);

  const { answers, commands } = await watch.askAll(
    texts.map((desc) => mutation("updateModel", { name, desc }, "id desc")),
  );

  expect(answers).toEqual(texts.map((desc) => ({ data: { updateModel: { id, desc } } })));
  const counts = ["find models", "update models", "insert events"].map(
    (command) => commands.filter((each) => each === command).length,
  );
  expect(counts[0]).toBe(16);
  expect(Math.max(counts[1]!, counts[2]!)).toBeLessThanOrEqual(8);
  expect(commands).toHaveLength(counts.reduce((sum, count) => sum + count, 0));
});

const FILES = [{ name: "measures.csv", text: "5.1,3.5" }];

interface Sent {
  readonly input: () => object;
  readonly commands: readonly string[];
}

/** In this order: some change what an earlier one made. */
const SENT: Readonly<Record<string, Sent>> = {
  createModel: { input: () => ({ name: "tulips" }), commands: ["find models", "insert models", "insert events"] },
  createProject: {
    input: () => ({ models: ["tulips"] }),
    commands: ["find models", "find projects", "insert projects", "insert events"],
  },
  createDataset: {
    input: () => ({ model: "tulips", name: "measures", files: FILES }),
    commands: [
      ...["find models", "insert datasets", "find models", "insert events"],
      // The file has come; the dataset is READY, and takes the place of an earlier one.
      ...["update datasets", "find datasets", "update datasets", "insert events", "update datasets"],
    ],
  },
  updateDataset: {
    input: () => ({ model: "tulips", name: "measures", details: { rows: 1 } }),
    commands: ["find datasets", "update datasets", "insert events"],
  },
  startTraining: {
    input: () => ({ proj, name: "run", notebook: "train.ipynb" }),
    commands: [
      ...["find projects", "find build_versions", "find projects", "find trainings", "insert trainings"],
      ...["find projects", "find build_versions", "insert events", "insert jobs"],
    ],
  },
  updateTraining: {
    input: () => ({ proj, name: "run", details: { note: "new" } }),
    commands: ["find trainings", "update trainings", "insert events"],
  },
  cancelTraining: {
    input: () => ({ proj, name: "run" }),
    commands: ["find trainings", "update trainings", "insert events", "update jobs"],
  },
  deploy: {
    input: () => ({ proj, name: "live", tag: "latest", notebook: "predict.ipynb" }),
    commands: [
      ...["find projects", "find build_versions", "find projects", "find deployments", "find deployments"],
      ...["insert deployments", "find projects", "find build_versions", "insert events"],
      ...["find deployment_revisions", "insert deployment_revisions", "insert jobs", "insert events", "update jobs"],
    ],
  },
  undeploy: {
    input: () => ({ proj, name: "live" }),
    commands: ["find deployments", "update deployments", "insert events", "update jobs"],
  },
};

test.each(Object.keys(SENT))("%s sends no more commands than it needs", async (name) => {
  const { input, commands } = SENT[name]!;
  // Work that goes on would write to the same records.
  await app.settled();

  const answer = await watch.ask(mutation(name, input()));

  expect(answer.errors).toBeUndefined();
  expect(answer.commands).toEqual(commands);
});
