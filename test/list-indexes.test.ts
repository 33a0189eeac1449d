import type { mongo } from "mongoose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "../src/graph/id.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";
import { openWatch, type Watch } from "./support/watched.js";

const EACH = 200;
const PARENTS = 3;
const RARE = 5;
const PAGE = 5;

/** What each list is asked with: its query, the kind of its ids, and the type of its filter. */
const LISTS = [
  { list: "projects", kind: "project", type: "Project", parent: null },
  { list: "models", kind: "model", type: "Model", parent: null },
  { list: "treasureChests", kind: "tchest", type: "TreasureChest", parent: null },
  { list: "builds", kind: "build", type: "Build", parent: "proj" },
  { list: "buildVersions", kind: "bvers", type: "BuildVersion", parent: "proj" },
  { list: "trainings", kind: "train", type: "Training", parent: "proj" },
  { list: "deployments", kind: "depl", type: "Deployment", parent: "proj" },
  { list: "datasets", kind: "dataset", type: "Dataset", parent: "model" },
  { list: "modelVersions", kind: "movers", type: "ModelVersion", parent: "model" },
] as const;

let app: TestApp;
let watch: Watch;
let parents: { readonly proj: string; readonly model: string };
const rareId = new Map<string, string>();

const LATE = new Date("2040-01-01T00:00:00Z");

/** The same fields in every record: each type's own conditions find their places in it. */
function record(
  kind: (typeof LISTS)[number]["kind"],
  number: number,
  ids: { proj: string[]; model: string[] },
): object {
  const isRare = number < RARE;
  const text = isRare ? `rare${number}` : `name${number}`;
  const at = isRare ? LATE : new Date(1_700_000_000_000 + number);
  const part = {
    _id: `other_${isRare ? "rare" : number}`,
    key: "k",
    taken_at: at,
    name: text,
    tag: text,
    git_version: text,
    details: { metric: number },
  };
  return {
    _id: newId(kind),
    key: `${kind}${number}`,
    seq: 1,
    version: 1,
    superseded: false,
    deleting: false,
    created_at: at,
    created_by: "local",
    modified_at: at,
    name: text,
    tag: text,
    docker_id: text,
    git_version: text,
    desc: text,
    owner: "local",
    proj: ids.proj[number % PARENTS],
    model: kind === "project" ? [ids.model[number % PARENTS]] : ids.model[number % PARENTS],
    task: { state: isRare ? "RUNNING" : "FINISHED", progress: 1, update_time: at, start_time: at, attempt: 1 },
    availability: isRare ? "PARTIAL" : "FULL",
    state: "READY",
    replicas: 1,
    revision: 1,
    details: { metric: number },
    params: { metric: number },
    files: [{ name: "a", size: 1, sha256: "0" }],
    aliases: [],
    ds: kind === "movers" ? part : [part],
    train: { ...part, bvers: part },
    pretrained: kind === "movers" ? part : [part],
    bvers: part,
    movers: [part],
  };
}

beforeAll(async () => {
  if (!process.env["MONGODB_URI"]) return;
  app = await openTestApp();
  watch = await openWatch(app.app, app.schema);
  const [proj, model] = [await app.seed.project(), await app.seed.model()];
  parents = { proj: proj.name, model: model.name };
  const ids = { proj: [proj.id, "project_b", "project_c"], model: [model.id, "model_b", "model_c"] };
  for (const { kind } of LISTS) {
    const records = Array.from({ length: EACH * PARENTS }, (_, number) => record(kind, number, ids));
    await app.app.store.byKind[kind].collection.insertMany(records as never);
    rareId.set(kind, (records[0] as { _id: string })._id);
  }
}, 120_000);
afterAll(async () => {
  await watch?.[Symbol.asyncDispose]();
  await app?.[Symbol.asyncDispose]();
});

const RARE_MOMENT = { gte: LATE.toISOString() };

/** Values for each kind of condition: some that few records meet, where an index may serve them, and some that need reading. */
const SAMPLES: Readonly<Record<string, readonly unknown[]>> = {
  IdFilter: [{ eq: "ID" }, { in: ["ID"] }],
  TextFilter: [
    { eq: "rare1" },
    { in: ["rare1", "rare2"] },
    { startsWith: "rare" },
    { contains: "rare" },
    { isNull: true },
    { not: { eq: "rare1" } },
  ],
  DateTimeFilter: [RARE_MOMENT, { not: RARE_MOMENT }],
  IntFilter: [{ eq: 7 }, { gte: 7 }],
  FloatFilter: [{ eq: 7 }, { lt: 0.5 }],
  Boolean: [true],
  TextListFilter: [{ has: "production" }],
  ReferenceFilter: [{ eq: "MODEL" }],
  TaskStateFilter: [{ eq: "RUNNING" }, { not: { eq: "RUNNING" } }],
  AvailabilityFilter: [{ eq: "PARTIAL" }],
  FilesStateFilter: [{ eq: "PENDING" }],
  BuiltFromFilter: [{ eq: "GIT" }],
  DetailsFilter: [
    { path: ["metric"], eq: 3 },
    { path: ["metric"], gte: 599 },
    { path: ["metric"], exists: false },
  ],
  StoredFileFilter: [{ name: { eq: "a" } }],
  TaskFilter: [{ state: { eq: "RUNNING" } }, { state: { in: ["RUNNING"] } }, { progress: { lt: 0.5 } }],
  BuildVersionSnapshotFilter: [{ recordId: { eq: "other_rare" } }, { gitVersion: { eq: "rare1" } }],
  TrainingSnapshotFilter: [{ recordId: { eq: "other_rare" } }, { bvers: { gitVersion: { eq: "rare1" } } }],
  DatasetSnapshotFilter: [{ recordId: { eq: "other_rare" } }, { details: { path: ["metric"], eq: 3 } }],
  ModelVersionSnapshotFilter: [
    { recordId: { eq: "other_rare" } },
    { train: { bvers: { gitVersion: { eq: "rare1" } } } },
  ],
};

interface InputField {
  readonly name: string;
  readonly type: {
    readonly name: string | null;
    readonly ofType: { readonly ofType: { readonly name: string } } | null;
  };
}

async function conditionsOf(type: string, kind: string): Promise<object[]> {
  const { data } = await app.execute(
    `query ($type: String!) { __type(name: $type) { inputFields { name type { name ofType { ofType { name } } } } } }`,
    { type: `${type}Filter` },
  );
  const fields = (data.__type.inputFields as InputField[]).filter(({ name }) => !["and", "or", "not"].includes(name));
  return fields.flatMap(({ name, type: of }) => {
    const samples = SAMPLES[of.name ?? of.ofType?.ofType.name ?? ""];
    if (!samples) throw new Error(`There is no sample for ${type}Filter.${name}.`);
    const text = JSON.stringify(samples)
      .replaceAll("ID", rareId.get(kind) ?? "")
      .replaceAll("MODEL", parents.model);
    return (JSON.parse(text) as unknown[]).map((sample) => ({ [name]: sample }));
  });
}

async function ordersOf(type: string): Promise<object[]> {
  const { data } = await app.execute(`query ($type: String!) { __type(name: $type) { enumValues { name } } }`, {
    type: `${type}OrderField`,
  });
  const fields = (data.__type.enumValues as { name: string }[]).map(({ name }) => ({ field: name }));
  return [...fields, ...fields.map((each) => ({ ...each, direction: "DESC" }))];
}

interface Judged {
  readonly code: string | undefined;
  readonly examined: number;
  readonly plans: string;
}

/** Asks as a client does, and has MongoDB explain each command that was sent for it. */
async function judged(list: string, type: string, asked: object): Promise<Judged> {
  const { errors, sent } = await watch.ask({
    source: `query ($filter: ${type}Filter, $orderBy: [${type}Order!]) {
      ${list}(first: ${PAGE}, filter: $filter, orderBy: $orderBy) { nodes { id } } }`,
    variableValues: { ...asked },
  });
  const own = sent.filter(
    ({ aggregate }) => aggregate === app.app.store.byKind[kindOfList(list)].collection.collectionName,
  );
  const plans = await Promise.all(own.map(explained));
  return {
    code: errors?.[0]?.extensions["code"] as string | undefined,
    examined: plans.reduce((sum, plan) => sum + examinedIn(plan), 0),
    plans: JSON.stringify(plans),
  };
}

const kindOfList = (list: string) => LISTS.find((each) => each.list === list)?.kind ?? "project";

const explained = ({ aggregate, pipeline }: mongo.Document): Promise<mongo.Document> =>
  app.app.store.connection.db!.command({
    explain: { aggregate, pipeline, cursor: {} },
    verbosity: "executionStats",
  });

function examinedIn(plan: unknown): number {
  if (typeof plan !== "object" || plan === null) return 0;
  if ("totalDocsExamined" in plan) return Number(plan.totalDocsExamined);
  return Object.values(plan).reduce<number>((sum, inner) => sum + examinedIn(inner), 0);
}

describe.runIf(process.env["MONGODB_URI"])("what lists read on a MongoDB (needs MONGODB_URI)", () => {
  test.each(LISTS)(
    "$list: a condition alone is served by an index or refused",
    async ({ list, kind, type, parent }) => {
      const found: string[] = [];
      for (const filter of await conditionsOf(type, kind)) {
        const { code, examined, plans } = await judged(list, type, { filter });
        // A page of an indexed condition, or the few records that meet a range; a catalogue may be read whole.
        const most = parent === null ? EACH * PARENTS + PAGE + 1 : PAGE + 2;
        const isRight =
          code === undefined ? examined <= most && !plans.includes("COLLSCAN") : code === "FILTER_TOO_BROAD";
        if (!isRight) found.push(`${JSON.stringify(filter)}: ${code} ${examined} ${plans.includes("COLLSCAN")}`);
      }
      expect(found).toEqual([]);
    },
    240_000,
  );

  test.each(LISTS)(
    "$list: an order alone is that of an index or refused",
    async ({ list, type, parent }) => {
      const found: string[] = [];
      for (const orderBy of await ordersOf(type)) {
        const { code, examined, plans } = await judged(list, type, { orderBy });
        const most = parent === null ? EACH * PARENTS + PAGE + 1 : PAGE + 1;
        const isRight =
          code === undefined ? examined <= most && !plans.includes("COLLSCAN") : code === "FILTER_TOO_BROAD";
        if (!isRight) found.push(`${JSON.stringify(orderBy)}: ${code} ${examined}`);
      }
      expect(found).toEqual([]);
    },
    240_000,
  );

  test.each(LISTS.filter(({ parent }) => parent !== null))(
    "$list: beside its parent every condition and order reads that parent's records at most",
    async ({ list, kind, type, parent }) => {
      const of = { [parent ?? ""]: { eq: parents[parent ?? "proj"] } };
      const filters = (await conditionsOf(type, kind)).map((filter) => ({ filter: { ...filter, ...of } }));
      const orders = (await ordersOf(type)).map((orderBy) => ({ filter: of, orderBy }));
      const found: string[] = [];
      for (const asked of [...filters, ...orders]) {
        const { code, examined, plans } = await judged(list, type, asked);
        const isRight = code === undefined && examined <= EACH + PAGE + 1 && !plans.includes("COLLSCAN");
        if (!isRight) found.push(`${JSON.stringify(asked)}: ${code} ${examined}`);
      }
      expect(found).toEqual([]);
    },
    240_000,
  );
});
