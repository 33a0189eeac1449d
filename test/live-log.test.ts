import { expect, test } from "vitest";
import { appendLog } from "../src/jobs/append-log.js";
import { builtProject } from "./support/built-project.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";
import { PlayedContainer } from "./support/played-container.js";
import { PlayedDeployments } from "./support/played-deployment.js";
import type { Subscribed } from "./support/subscribed.js";

const LOG = /* GraphQL */ `
  subscription Log($of: ID!, $after: String) {
    log(of: $of, after: $after) {
      text
      endCursor
      ended
      chunks {
        slot
      }
    }
  }
`;

const follow = (app: TestApp, of: string, after?: string) => app.subscribe(LOG, { of, after });

/** Takes pages until the text is whole; gives the cursor behind it. */
async function readUntil(log: Subscribed, text: string): Promise<string> {
  let [soFar, cursor] = ["", ""];
  for (const expected = text.length; soFar.length < expected;) {
    const [answer] = await log.take(1);
    soFar += answer?.data.log.text;
    cursor = answer?.data.log.endCursor;
  }
  expect(soFar).toBe(text);
  return cursor;
}

const rest = async (log: Subscribed) => {
  const pages = (await log.take(1_000)).map(({ data }) => data.log);
  return { text: pages.map(({ text }) => text).join(""), ended: pages.at(-1)?.ended as boolean };
};

/** A training whose container has begun. */
async function running(app: TestApp) {
  const { proj } = await builtProject(app);
  const { id } = await app.seed.mutate("startTraining", "StartTrainingInput", {
    proj: proj.name,
    notebook: "train.ipynb",
  });
  await expect.poll(() => app.runtime.replicas(id), { timeout: 10_000 }).toBe(1);
  const container = PlayedContainer.of(app.runtime.running(id)[0]!);
  await container.claim();
  return { id, container };
}

test("a log is sent from its beginning, then as it comes, and ends with the work", async () => {
  await using app = await openTestApp();
  const { id, container } = await running(app);
  await container.log("one\n");
  const log = await follow(app, id);
  await readUntil(log, "one\n");
  await container.log("two\n");
  await readUntil(log, "two\n");
  await container.log("three\n");
  await container.complete();

  expect(await rest(log)).toEqual({ text: "three\n", ended: true });
  expect(app.app.live).toMatchObject({ subscriptions: 0, events: { isOpen: false }, logs: { isOpen: false } });
});

test("a log that is over is sent at once, and ends", async () => {
  await using app = await openTestApp();
  const { id, container } = await running(app);
  await container.log("all of it\n");
  await container.complete();
  await app.settled();

  expect(await rest(await follow(app, id))).toEqual({ text: "all of it\n", ended: true });
});

test("a cursor goes on without loss and without repetition, also that of a page", async () => {
  await using app = await openTestApp();
  const { id, container } = await running(app);
  await container.log("a");
  const page = `query ($id: ID!) { node(id: $id) { ... on Training { log { endCursor } } } }`;
  const { data } = await app.execute(page, { id });
  await container.log("b");
  const first = await follow(app, id, data.node.log.endCursor);
  const cursor = await readUntil(first, "b");
  await first.return();
  for (let count = 0; count < 40; count += 1) await container.log(`${count},`);
  const second = await follow(app, id, cursor);
  await container.complete();

  expect(await rest(second)).toEqual({ text: Array.from({ length: 40 }, (_, at) => `${at},`).join(""), ended: true });
});

test("what would steer a terminal or a page is sent as plain text", async () => {
  await using app = await openTestApp();
  const { id, container } = await running(app);
  await container.log("\u001b]0;owned\u0007<script>alert(1)</script>\u001b[2J\u0000\u009b31m\tend\n");
  await container.complete();

  const { text } = await rest(await follow(app, id));

  expect(text).toContain("<script>alert(1)</script>");
  expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
});

test("a deployment's log is that of all its replicas, and of the revisions to come", async () => {
  await using app = await openTestApp();
  await using played = new PlayedDeployments(app);
  const { proj, model } = await builtProject(app);
  const { name } = await app.seed.modelVersion({ model: model.name });
  const input = { proj: proj.name, name: "live", tag: "latest", notebook: "predict.ipynb", replicas: 2 };
  const { data } = await played.deploy({ ...input, movers: [{ model: model.name, name }] });
  const { id } = data.deploy;
  await played.becomes(id, { availability: "FULL" });
  const write = async (slot: number, seq: number, text: string) => {
    const { revision_id: job } = (await app.app.store.deployments.findById(id).lean())!;
    await appendLog(app.app.store, { job, slot, attempt: 1, seq, text });
  };
  const log = await follow(app, id);
  await write(1, 0, "a");
  await readUntil(log, "a");
  await write(0, 0, "b");
  const cursor = await readUntil(log, "b");
  await log.return();
  await write(1, 1, "c");
  await played.deploy({ proj: proj.name, name: "live", notebook: "next.ipynb" });
  await played.becomes(id, { availability: "FULL", revision: 2 });
  await write(0, 0, "d");

  const again = await follow(app, id, cursor);
  await readUntil(again, "cd");
  await write(1, 0, "e");
  await readUntil(again, "e");
  await again.return();
  expect(app.app.live.subscriptions).toBe(0);
});

test("there is no log of something that does not work, nor one after a foreign cursor", async () => {
  await using app = await openTestApp();
  const { id } = await app.seed.model();
  const { id: training, container } = await running(app);
  await container.log("x");
  const cursor = Buffer.from("train_other.0000.000001.000000000").toString("base64url");

  const codes = await Promise.all(
    [follow(app, id), follow(app, "train_none"), follow(app, training, cursor), follow(app, training, "%")].map(
      async (each) => (await (await each).take(1))[0]?.errors?.[0]?.extensions["code"],
    ),
  );

  expect(codes).toEqual(["NOT_FOUND", "NOT_FOUND", "BAD_USER_INPUT", "BAD_USER_INPUT"]);
});
