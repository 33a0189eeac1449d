import { afterAll, beforeAll, expect, test } from "vitest";
import { rocasSchema } from "../src/schema.js";
import { EVERY_MUTATION, openWorld, sendMutation, type World } from "./support/every-mutation.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";
import { openTempFolder, type TempFolder } from "./support/temp-folder.js";

const { schema } = await rocasSchema();
const MUTATIONS = Object.keys(schema.getMutationType()!.getFields());
const rowOf = (name: string) => EVERY_MUTATION[name]!;

let home: TempFolder;
let app: TestApp;
let beside: TestApp;
let world: World;

beforeAll(async () => {
  home = await openTempFolder();
  app = await openTestApp({ ROCAS_PROJECT_ROOTS: home.path });
  beside = await app.beside();
  world = await openWorld(app, home.path);
});

afterAll(async () => {
  await beside[Symbol.asyncDispose]();
  await app[Symbol.asyncDispose]();
  await home[Symbol.asyncDispose]();
});

/** Eight at once, over two processes where the store has them, and two more. */
async function tenAnswers(name: string, input: object, caller: string) {
  const send = (from: TestApp) => sendMutation(from, name, input, rowOf(name).fields, caller);
  const answers = await Promise.all([0, 1, 2, 3].flatMap(() => [send(app), send(beside)]));
  return [...answers, await send(app), await send(beside)];
}

/** What was written to a record by a caller, and its end. */
async function writes(record: string, caller: string): Promise<string[]> {
  await app.app.work.relay(record);
  const events = await app.app.store.events
    .find({ record, $or: [{ caller }, { action: "DELETE" }] })
    .sort({ record: 1, version: 1 })
    .toArray();
  return events.map(({ action, after }) =>
    action === "CHANGE" ? ["CHANGE", ...Object.keys(after)].join(" ") : action,
  );
}

/** How many records a caller made. */
async function made(caller: string): Promise<number> {
  const { byKind } = app.app.store;
  const counts = await Promise.all(Object.values(byKind).map((each) => each.countDocuments({ created_by: caller })));
  return counts.reduce((sum, count) => sum + count, 0);
}

const jobsOf = (id: string): Promise<number> =>
  app.app.store.jobs.countDocuments({ $or: [{ _id: id }, { "spec.deployment": id }] });

test("every mutation of the schema is held to this", () => {
  expect(Object.keys(EVERY_MUTATION).sort()).toEqual(MUTATIONS.sort());
});

test.each(MUTATIONS)("%s sent ten times with one key, eight at once, has one effect and one answer", async (name) => {
  const caller = `${name}-sender`;
  const input: { id?: string; idempotencyKey: string } = {
    ...(await rowOf(name).input(world)),
    idempotencyKey: "once",
  };

  const answers = await tenAnswers(name, input, caller);

  expect(answers[0]!.errors).toBeUndefined();
  expect(answers).toEqual(Array(10).fill(answers[0]));
  const id = answers[0]!.data[name].id ?? input.id;
  await expect.poll(() => writes(id, caller), { timeout: 20_000 }).toEqual(rowOf(name).writes);
  expect(await made(caller)).toBe(rowOf(name).made ?? 0);
  expect(await jobsOf(id)).toBe(rowOf(name).jobs ?? 0);
});

test.each(MUTATIONS)("%s takes one key for one input of one caller", async (name) => {
  const { input, fields } = rowOf(name);
  const send = async (caller: string, value: object) => {
    const keyed = { ...value, idempotencyKey: "twice" };
    return sendMutation(app, name, keyed, fields, `${name}-${caller}`);
  };
  const [one, two] = [await input(world), await input(world)];

  const first = await send("anna", one);
  const other = await send("anna", two);
  const others = await send("bert", two);

  expect([first.errors, others.errors]).toEqual([undefined, undefined]);
  expect(other.errors).toMatchObject([{ extensions: { code: "CONFLICT", path: ["input", "idempotencyKey"] } }]);
});
