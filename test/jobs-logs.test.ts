import { expect, test } from "vitest";
import { appendLog, MAX_LOG_BYTES } from "../src/jobs/append-log.js";
import { readLog } from "../src/jobs/read-log.js";
import { openJobs } from "./support/open-jobs.js";

const piece = (job: string, seq: number, text: string, attempt = 1) => ({ job, slot: 0, attempt, seq, text });

test("a log is read in the order in which it was written, whatever order it came in", async () => {
  await using jobs = await openJobs();
  await appendLog(jobs.store, piece(jobs.id, 0, "c", 2));
  await appendLog(jobs.store, piece(jobs.id, 10, "b"));
  await appendLog(jobs.store, piece(jobs.id, 9, "a"));

  expect((await readLog(jobs.store, jobs.id, { first: 10 })).text).toBe("abc");
});

test("a page ends where the next begins, also for what comes later", async () => {
  await using jobs = await openJobs();
  await appendLog(jobs.store, piece(jobs.id, 0, "a"));
  await appendLog(jobs.store, piece(jobs.id, 1, "b"));

  const first = await readLog(jobs.store, jobs.id, { first: 1 });
  const second = await readLog(jobs.store, jobs.id, { first: 1, after: first.endCursor });
  const none = await readLog(jobs.store, jobs.id, { first: 1, after: second.endCursor });
  await appendLog(jobs.store, piece(jobs.id, 2, "c"));
  const third = await readLog(jobs.store, jobs.id, { first: 1, after: none.endCursor });

  expect([first, second, none, third].map(({ text, hasMore }) => [text, hasMore])).toEqual([
    ["a", true],
    ["b", false],
    ["", false],
    ["c", false],
  ]);
});

test("a log is at its end once its job is over", async () => {
  await using jobs = await openJobs();
  await appendLog(jobs.store, piece(jobs.id, 0, "a"));
  const before = await readLog(jobs.store, jobs.id, { first: 10 });
  await jobs.store.jobs.updateOne({ _id: jobs.id }, { $set: { state: "SUCCEEDED", cleanup: "DONE" } });

  expect([before.ended, (await readLog(jobs.store, jobs.id, { first: 10 })).ended]).toEqual([false, true]);
});

test("a piece that is sent again changes nothing", async () => {
  await using jobs = await openJobs();
  await appendLog(jobs.store, piece(jobs.id, 0, "once"));
  await appendLog(jobs.store, piece(jobs.id, 0, "twice"));

  expect((await readLog(jobs.store, jobs.id, { first: 10 })).text).toBe("once");
});

test("what steers a terminal is not kept, nor are secrets in any form", async () => {
  await using jobs = await openJobs();
  const secret = "correct horse&battery";
  const forms = [secret, encodeURIComponent(secret), Buffer.from(secret).toString("base64")];
  await appendLog(jobs.store, piece(jobs.id, 0, `\u001b[31mred\u001b[0m\u0007\r\n\t${forms.join(" ")}`), [secret]);

  expect((await readLog(jobs.store, jobs.id, { first: 10 })).text).toBe("red\n\t*** *** ***");
});

test("a piece is cut at 64 KiB, between characters", async () => {
  await using jobs = await openJobs();
  await appendLog(jobs.store, piece(jobs.id, 0, `a${"ä".repeat(64 * 1024)}`));

  const { text } = await readLog(jobs.store, jobs.id, { first: 10 });

  expect(Buffer.byteLength(text)).toBe(64 * 1024 - 1);
  expect(text).not.toContain("\ufffd");
});

test("a log that is full says so once and takes no more but last words", async () => {
  await using jobs = await openJobs();
  await jobs.store.jobs.updateOne({ _id: jobs.id }, { $set: { log_bytes: MAX_LOG_BYTES - 1 } });
  for (const seq of [0, 1, 2]) await appendLog(jobs.store, piece(jobs.id, seq, `piece ${seq}`));
  await appendLog(jobs.store, { ...piece(jobs.id, 3, "Failed: no flowers\n"), last: true });

  expect((await readLog(jobs.store, jobs.id, { first: 10 })).text).toBe(
    "piece 0\n[The log has reached 64 MiB: what follows is left out, but for its end.]\nFailed: no flowers\n",
  );
});

test("a cursor of another log is refused", async () => {
  await using jobs = await openJobs();
  const page = { first: 1, after: Buffer.from("build_other.0000.000001.000000000").toString("base64url") };

  await expect(readLog(jobs.store, jobs.id, page)).rejects.toMatchObject({ code: "BAD_USER_INPUT" });
});

test("what one replica writes behind a page on which another stands is in the next", async () => {
  await using jobs = await openJobs();
  await jobs.store.jobs.updateOne({ _id: jobs.id }, { $set: { slots: [{ attempt: 1 }, { attempt: 1 }] as never } });
  const write = (slot: number, seq: number, text: string) =>
    appendLog(jobs.store, { job: jobs.id, slot, attempt: 1, seq, text });
  await write(0, 0, "a");
  await write(1, 0, "b");
  const first = await readLog(jobs.store, jobs.id, { first: 10 });
  await write(1, 1, "d");
  await write(0, 1, "c");

  const second = await readLog(jobs.store, jobs.id, { first: 10, after: first.endCursor });

  expect([first.text, second.text]).toEqual(["ab", "cd"]);
});
