import { setTimeout as delay } from "node:timers/promises";
import mongoose, { type mongo } from "mongoose";
import { expect, test, vi } from "vitest";
import { builtProject } from "./support/built-project.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";
import { PlayedDeployments } from "./support/played-deployment.js";

const SETTLE_MS = 3_000;
const IDLE_S = 15;

/** Notes the commands of all clients that connect from now on, as `find jobs`. */
function noteCommands(): readonly string[] {
  const { prototype } = mongoose.mongo.MongoClient;
  const connect = prototype.connect;
  const noted: string[] = [];
  vi.spyOn(prototype, "connect").mockImplementation(function (this: mongo.MongoClient) {
    Object.assign(this.options, { monitorCommands: true });
    this.on("commandStarted", ({ commandName, command }) => noted.push(`${commandName} ${command[commandName]}`));
    return connect.call(this);
  });
  return noted;
}

test("an idle server asks its store less than once a second", { timeout: 60_000 }, async () => {
  const commands = noteCommands();
  await using app = await openTestApp();
  await app.settled();
  await delay(SETTLE_MS);
  const before = commands.length;

  await delay(IDLE_S * 1_000);

  const sent = commands.slice(before);
  expect(before).toBeGreaterThan(0);
  expect(sent.length, sent.join("\n")).toBeLessThan(IDLE_S);
});

/** A deployment with one replica that answers, `live` of a project. */
async function served(app: TestApp, played: PlayedDeployments) {
  const { proj } = await builtProject(app);
  const input = { proj: proj.name, name: "live", tag: "latest", notebook: "predict.ipynb", replicas: 1 };
  const { data } = await played.deploy(input);
  await played.becomes(data.deploy.id, { availability: "FULL" });
  return { id: data.deploy.id as string, route: (other: TestApp) => other.app.replicaTable.find(proj.name, "live") };
}

test("the routes of one process follow what another one does", { timeout: 60_000 }, async () => {
  await using app = await openTestApp();
  await using beside = await app.beside();
  await using played = new PlayedDeployments(app);

  const { route } = await served(app, played);

  await expect.poll(() => route(beside)?.replicas, { timeout: 10_000 }).toHaveLength(1);
});

test("routes are read anew after changes were missed", { timeout: 60_000 }, async () => {
  await using app = await openTestApp();
  await using played = new PlayedDeployments(app);
  const { id, route } = await served(app, played);
  const { events, deployments } = app.app.store;
  await app.app.work.relay(id);

  // Its end breaks every change stream. The change leaves no event.
  await events.drop();
  await deployments.collection.updateOne({ _id: id } as object, { $set: { replicas: 0 } });

  await expect.poll(() => route(app), { timeout: 20_000 }).toBeNull();
});
