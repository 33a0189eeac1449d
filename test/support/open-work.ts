import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import type { App } from "../../src/app.js";
import { RunListenerDemand } from "../../src/attempt/run-listener-demand.js";
import { handleBuildChange, reconcileBuild } from "../../src/builds/build-job.js";
import { buildProject } from "../../src/builds/build-project.js";
import { BuiltFrom } from "../../src/builds/build-version.js";
import type { BuildProjectInput } from "../../src/builds/build.inputs.js";
import { newId } from "../../src/graph/id.js";
import { holdingsOf } from "../../src/holdings.js";
import type { Job } from "../../src/jobs/job.js";
import { resumeDeletion } from "../../src/deletion/sweep-deletions.js";
import { startWork } from "../../src/jobs/start-work.js";
import type { Worker } from "../../src/jobs/tick.js";
import { openConnection } from "../../src/open-connection.js";
import { openStore } from "../../src/open-store.js";
import type { Project } from "../../src/project/project.js";
import type { Credentials, ImageBuilder } from "../../src/runtime/image-builder.js";
import type { Runtime } from "../../src/runtime/runtime.js";
import { readSettings } from "../../src/settings.js";
import type { Source } from "../../src/source/source.js";
import { insertRecord } from "../../src/store/insert-record.js";
import { FakeImageBuilder } from "../fakes/fake-image-builder.js";
import { FakeRuntime } from "../fakes/fake-runtime.js";
import { FakeVault } from "../fakes/fake-vault.js";
import { newDatabaseName } from "./database-name.js";
import { MemorySource } from "./memory-source.js";

const idle: Worker = async () => ({ requeueAfterMs: 60_000 });
export const ON_BOARD = { Dockerfile: "FROM python:3\nLABEL rocas.onboard=1\n" };

interface WorkOptions {
  readonly workers?: Partial<Record<Job["kind"], Worker>>;
  readonly environment?: Record<string, string>;
  readonly engine?: { readonly runtime: Runtime; readonly imageBuilder: ImageBuilder };
  readonly sources?: { readonly local: Source; readonly git: Source };
}

/** A store of its own with work going on over it, below GraphQL: `restart` is what a crash and a new start are. */
export async function openWork({ workers, environment, engine, sources }: WorkOptions = {}) {
  const folder = await mkdtemp(join(tmpdir(), "rocas-work-"));
  const connected = await openConnection({
    mongodbUri: process.env["MONGODB_URI"],
    dataFolder: folder,
    databaseName: newDatabaseName(),
  });
  const store = await openStore(connected.connection, () => connected.serverTime());
  const imageBuilder = new FakeImageBuilder({ "python:3": {} });
  const runtime = new FakeRuntime();
  const vault = new FakeVault();
  const [local, git] = [new MemorySource(ON_BOARD), new MemorySource(ON_BOARD)];
  const logger = pino({ level: process.env["LOG_LEVEL"] ?? "silent" });
  const base = {
    settings: readSettings(environment ?? {}),
    logger,
    store,
    vault,
    runListenerDemand: new RunListenerDemand(),
    ...(engine ?? { runtime, imageBuilder }),
  };
  const holdings = holdingsOf(base as never);
  const start = (other: typeof workers = workers) =>
    startWork({ ...base, holdings, sources: sources ?? { local, git } } as never, {
      workers: { BUILD: reconcileBuild, TRAIN: idle, DEPLOY: idle, ...other },
      outboxHandlers: { build: handleBuildChange },
      resumeDeletion,
    });
  let work = start();
  const by = (mutation: string, input: { readonly idempotencyKey?: string | null }) => ({
    caller: { name: "tester" },
    mutation,
    input,
    idempotencyKey: input.idempotencyKey,
  });
  return {
    store,
    runtime,
    imageBuilder,
    vault,
    local,
    git,
    by,
    get app() {
      return work.app;
    },
    settled: () => work.settled(),
    stop: () => work.stop(),
    /** Another process over the same store. */
    another: (other: typeof workers) => start(other),
    async restart(other?: typeof workers) {
      await work.stop();
      work = start(other);
    },
    project(fields: Partial<Project> = {}): Promise<Project> {
      const project = { _id: newId("project"), key: "iris", name: "iris", home_dir: "iris", model: [], ...fields };
      return insertRecord(store.projects, project, by("createProject", {}));
    },
    build(fields: Partial<BuildProjectInput> = {}, app: App = work.app) {
      const input = { proj: "iris", tag: "latest", from: BuiltFrom.LOCAL, noCache: false, ...fields };
      return buildProject(app, by("buildProject", input), input);
    },
    async chest(name: string, secret: Credentials) {
      const chest = { _id: newId("tchest"), key: name, name, owner: "tester", details: {}, secret_version: 1 };
      await vault.keep(chest._id, 1, secret);
      return insertRecord(store.treasureChests, chest, by("createTreasureChest", {}));
    },
    buildOf: (id: string) => store.builds.findById(id).lean().orFail(),
    jobOf: async (id: string) => (await store.jobs.findOne({ _id: id }))!,
    async logOf(id: string) {
      return (await store.logs.find({ job: id }).sort({ job: 1, _id: 1 }).toArray()).map(({ text }) => text).join("");
    },
    async [Symbol.asyncDispose]() {
      await work.stop();
      await store.connection.dropDatabase();
      await connected[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Resolves once the condition holds. @throws where it does not within some seconds */
export async function until(holds: () => Promise<boolean>, seconds = 25): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error("It did not come to be in time.");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
