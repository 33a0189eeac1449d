import { builtProject } from "./built-project.js";
import type { TestApp } from "./open-test-app.js";

type Fields = Readonly<Record<string, unknown>>;

/** One field that an update may change. */
interface ChangedField {
  /** What is sent to set it. */
  readonly set: Fields;
  /** What the record shows then, under `shown`. */
  readonly full: unknown;
  /** What it shows after null, or that null is refused since it is never empty. */
  readonly empty: unknown;
  /** How it is read, where not by its name; null where nothing shows it. */
  readonly shown?: string | null;
}

/** A record to change, by the fields that name it. */
interface UpdateRow {
  readonly named: (app: TestApp) => Promise<Fields>;
  readonly fields: Readonly<Record<string, ChangedField>>;
}

export const REFUSED = Symbol("null is refused");

const text = (field: string, value: string): ChangedField => ({ set: { [field]: value }, full: value, empty: null });
const DETAILS: ChangedField = { set: { details: { a: [1] } }, full: { a: [1] }, empty: {} };
const contract = (field: string): ChangedField => ({
  set: { [field]: [{ name: "a.csv", required: true }] },
  full: [{ name: "a.csv", required: true }],
  empty: [],
  shown: `${field} { name required }`,
});
const RETENTION: ChangedField = {
  set: { retention: { keepLast: 3 } },
  full: { keepLast: 3, keepDays: null },
  empty: null,
  shown: "retention { keepLast keepDays }",
};
const runDefaults = (field: string): ChangedField => ({
  set: { [field]: { resources: { cpus: 2 }, env: [{ name: "STAGE", value: "test" }] } },
  full: { resources: { cpus: 2, memoryMb: null }, env: [{ name: "STAGE", value: "test" }] },
  empty: null,
  shown: `${field} { resources { cpus memoryMb } env { name value } }`,
});
const CREDENTIALS: ChangedField = {
  set: { username: "rosa", password: "battery staple" },
  full: undefined,
  empty: REFUSED,
  shown: null,
};

/** Every mutation that changes a record in part, and every field that it may leave out. */
export const PARTIAL_UPDATES: Readonly<Record<string, UpdateRow>> = {
  updateModel: {
    named: async ({ seed }) => ({ name: (await seed.model()).name }),
    fields: {
      desc: text("desc", "flowers"),
      modelFiles: contract("modelFiles"),
      dataFiles: contract("dataFiles"),
      retention: RETENTION,
    },
  },
  updateProject: {
    named: async ({ seed }) => {
      await seed.mutate("createModel", "CreateModelInput", { name: "used" }).catch(() => undefined);
      return { name: (await seed.project()).name };
    },
    fields: {
      desc: text("desc", "botanics"),
      homeDir: text("homeDir", "iris"),
      gitRepo: text("gitRepo", "https://git.example.org/flora"),
      retention: RETENTION,
      trainingDefaults: runDefaults("trainingDefaults"),
      deploymentDefaults: runDefaults("deploymentDefaults"),
      dockerRepo: text("dockerRepo", "registry.example/flora"),
      models: { set: { models: ["used"] }, full: [{ name: "used" }], empty: [], shown: "models { name }" },
    },
  },
  updateDataset: {
    named: async ({ seed }) => {
      const model = (await seed.model()).name;
      return { model, name: (await seed.dataset({ model })).name };
    },
    fields: { details: DETAILS },
  },
  updateModelVersion: {
    named: async ({ seed }) => {
      const model = (await seed.model()).name;
      return { model, name: (await seed.modelVersion({ model })).name };
    },
    fields: { details: DETAILS, aliases: { set: { aliases: ["live"] }, full: ["live"], empty: [] } },
  },
  updateTraining: {
    named: async (app) => {
      const proj = (await builtProject(app)).proj.name;
      const started = { proj, notebook: "train.ipynb" };
      return { proj, name: (await app.seed.mutate("startTraining", "StartTrainingInput", started)).name };
    },
    fields: { details: DETAILS },
  },
  updateTreasureChest: {
    named: async ({ seed }) => {
      const credentials = { username: "flora", password: "correct horse" };
      return { name: (await seed.mutate("createTreasureChest", "CreateTreasureChestInput", credentials)).name };
    },
    fields: {
      owner: { set: { owner: "rosa" }, full: "rosa", empty: REFUSED },
      desc: text("desc", "the registry"),
      details: DETAILS,
      username: CREDENTIALS,
      password: CREDENTIALS,
    },
  },
  deploy: {
    named: async (app) => {
      const { proj } = await builtProject(app);
      await app.seed.model({ name: "served" }).catch(() => undefined);
      await app.seed.modelVersion({ model: "served", name: "best" });
      const wanted = { proj: proj.name, tag: "latest", notebook: "first.ipynb", replicas: 0 };
      return { proj: proj.name, name: (await app.seed.mutate("deploy", "DeployInput", wanted)).name };
    },
    fields: {
      tag: { set: { tag: "latest" }, full: { tag: "latest" }, empty: REFUSED, shown: "bvers { tag }" },
      notebook: { set: { notebook: "serve.ipynb" }, full: "serve.ipynb", empty: REFUSED },
      movers: {
        set: { movers: [{ model: "served", name: "best" }] },
        full: [{ name: "best" }],
        empty: [],
        shown: "movers { name }",
      },
      params: { set: { params: { top: 3 } }, full: { top: 3 }, empty: {} },
      env: {
        set: { env: [{ name: "STAGE", value: "test" }] },
        full: [{ name: "STAGE" }],
        empty: null,
        shown: "env { name }",
      },
      resources: {
        set: { resources: { memoryMb: 512 } },
        full: { memoryMb: 512 },
        empty: { memoryMb: 1024 },
        shown: "resources { memoryMb }",
      },
      replicas: { set: { replicas: 2 }, full: 2, empty: REFUSED },
      details: DETAILS,
    },
  },
};
