import { expect, test } from "vitest";
import { appendLog } from "../src/jobs/append-log.js";
import { readLog } from "../src/jobs/read-log.js";
import { sweepHistory } from "../src/retention/sweep-history.js";
import { builtProject } from "./support/built-project.js";
import { openJobs } from "./support/open-jobs.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";

const DAYS = { ROCAS_KEEP_LOGS_DAYS: 30, ROCAS_KEEP_JOBS_DAYS: 90, ROCAS_KEEP_EVENTS_DAYS: 90 };
const ago = (days: number): Date => new Date(Date.now() - days * 86_400_000);
const NOTE = "[What was written before was too old and has been removed.]\n";

type Jobs = Awaited<ReturnType<typeof openJobs>>;
type Settings = TestApp["app"]["settings"];
const sweep = ({ store }: Pick<Jobs, "store">, settings: object = {}) =>
  sweepHistory({ store, settings: { ...DAYS, ...settings } as Settings });
const read = ({ store, id }: Jobs) => readLog(store, id, { first: 100 });

/** Pieces of 4 KiB that were written so many days ago, each beginning with its number. */
async function write({ store, id }: Jobs, count: number, days: number, from = 0): Promise<void> {
  for (let seq = from; seq < from + count; seq += 1)
    await appendLog(store, { job: id, slot: 0, attempt: 1, seq, text: `${seq}`.padEnd(4_095, ".") + "\n" });
  await store.logs.updateMany({ seq: { $gte: from } }, { $set: { at: ago(days) } });
}
const over = ({ store, id }: Jobs, days: number) =>
  store.jobs.updateOne({ _id: id }, { $set: { state: "SUCCEEDED", cleanup: "DONE", updated_at: ago(days) } });
const numbers = (text: string) => [...text.matchAll(/(\d+)\.+/g)].map(([, number]) => Number(number));

test("of an old log of work that has ended the end stays, and says that the rest is gone", async () => {
  await using jobs = await openJobs();
  await write(jobs, 40, 31);
  await over(jobs, 31);

  await sweep(jobs);

  const { text, ended } = await read(jobs);
  expect(text.startsWith(NOTE)).toBe(true);
  expect(numbers(text)).toEqual([36, 37, 38, 39]);
  expect(ended).toBe(true);
});

test("a sweep again changes nothing, whichever processes do it and wherever one of them died", async () => {
  await using jobs = await openJobs();
  await write(jobs, 40, 31);
  await over(jobs, 31);
  await Promise.all([sweep(jobs), sweep(jobs), sweep(jobs)]);
  const once = (await read(jobs)).text;

  // As if a process had died between the marks and the removal.
  await write(jobs, 20, 31, 0);
  await sweep(jobs);

  expect((await read(jobs)).text).toBe(once);
  expect(once.split(NOTE)).toHaveLength(2);
});

test("a short old log stays whole", async () => {
  await using jobs = await openJobs();
  await write(jobs, 3, 400);
  await over(jobs, 40);

  await sweep(jobs);

  const { text } = await read(jobs);
  expect(numbers(text)).toEqual([0, 1, 2]);
  expect(text).not.toContain(NOTE);
});

test("a log that is young enough, and one that is kept for ever, stay", async () => {
  await using jobs = await openJobs();
  await write(jobs, 40, 29);
  await over(jobs, 29);
  await sweep(jobs);
  const young = numbers((await read(jobs)).text);
  await sweep(jobs, { ROCAS_KEEP_LOGS_DAYS: 0 });

  expect(young).toHaveLength(40);
  expect(numbers((await read(jobs)).text)).toHaveLength(40);
});

test("of work that goes on only what is old goes", async () => {
  await using jobs = await openJobs();
  await write(jobs, 10, 31);
  await write(jobs, 2, 1, 10);

  await sweep(jobs);

  expect(numbers((await read(jobs)).text)).toEqual([10, 11]);
});

test("a job goes when it ended long ago, never one that still runs", async () => {
  await using jobs = await openJobs();
  await jobs.store.jobs.updateOne({ _id: jobs.id }, { $set: { updated_at: ago(200) } });
  await sweep(jobs);
  const running = await jobs.now();
  await over(jobs, 89);
  await sweep(jobs);
  const young = await jobs.now();
  await over(jobs, 91);
  await sweep(jobs);

  expect([running !== null, young !== null, await jobs.now()]).toEqual([true, true, null]);
});

/** A training whose job has ended and is swept, with a log. */
async function sweptTraining(app: TestApp) {
  const { proj } = await builtProject(app);
  const names = { proj: proj.name, name: "run" };
  const { id } = await app.seed.mutate("startTraining", "StartTrainingInput", { ...names, notebook: "train.ipynb" });
  await appendLog(app.app.store, { job: id, slot: 0, attempt: 1, seq: 1_000, text: "the last words\n" });
  await app.seed.mutate("cancelTraining", "CancelTrainingInput", names);
  const { jobs } = app.app.store;
  await expect.poll(() => jobs.findOne({ _id: id }), { timeout: 20_000 }).toMatchObject({ cleanup: "DONE" });
  await app.settled();
  await jobs.updateOne({ _id: id }, { $set: { updated_at: ago(100) } });
  await sweepHistory(app.app);
  expect(await jobs.findOne({ _id: id })).toBeNull();
  return { id, names };
}

test("a training whose job is gone shows the end of its log, and that it has ended, also to who follows it", async () => {
  await using app = await openTestApp();
  const { id, names } = await sweptTraining(app);

  const { data } = await app.execute(
    `query ($proj: String!, $name: String!) { training(proj: $proj, name: $name) { task { state } log { text ended } } }`,
    names,
  );
  const followed = await app.subscribe(`subscription ($id: ID!) { log(of: $id) { text ended } }`, { id });
  const [page] = await followed.take(1);

  expect(data.training).toMatchObject({ task: { state: "CANCELLED" }, log: { ended: true } });
  expect(data.training.log.text).toContain("the last words");
  expect(page!.data.log).toMatchObject({ ended: true });
});

test("a training whose job is gone can be changed and does not run again", async () => {
  await using app = await openTestApp();
  const { id, names } = await sweptTraining(app);

  await app.seed.mutate("updateTraining", "UpdateTrainingInput", { ...names, details: { note: "old" } });
  await app.settled();

  expect(await app.app.store.jobs.findOne({ _id: id })).toBeNull();
});

test("old events go, and who resumes at a cursor from before them misses nothing that the store remembers", async () => {
  await using app = await openTestApp();
  const CHANGES = `subscription ($after: String) { recordChanged(after: $after) { recordId cursor } }`;
  const heard = await app.subscribe(CHANGES);
  await app.seed.model();
  const [first] = await heard.take(1);
  const later = await app.seed.model();
  await app.settled();
  await heard.return();
  const { events } = app.app.store;
  await events.updateMany({}, { $set: { at: ago(91) } });
  const young = await app.seed.model();

  await sweepHistory(app.app);
  const again = await app.subscribe(CHANGES, { after: first!.data.recordChanged.cursor });

  expect((await events.find().toArray()).map(({ record }) => record)).toEqual([young.id]);
  const told = (await again.take(2)).map(({ data }) => data.recordChanged.recordId);
  expect(told).toEqual([later.id, young.id]);
  await again.return();
});
