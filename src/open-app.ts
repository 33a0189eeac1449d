import { randomBytes } from "node:crypto";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import { ulid } from "ulid";
import type { App } from "./app.js";
import { RunListenerDemand } from "./attempt/run-listener-demand.js";
import { handleBuildChange, reconcileBuild } from "./builds/build-job.js";
import { reconcileDeployment } from "./deployment/deployment-job.js";
import { resumeDeletion } from "./deletion/sweep-deletions.js";
import { deployTrained } from "./deployment/deploy-trained.js";
import { ReplicaTableFiller } from "./deployment/fill-replica-table.js";
import { handleDeploymentChange } from "./deployment/revisions.js";
import { Disposables } from "./disposables.js";
import { kindOf } from "./graph/id.js";
import { holdingsOf } from "./holdings.js";
import type { Readiness } from "./http/health.js";
import { ChangedJobs } from "./jobs/changed-jobs.js";
import type { OutboxHandlers } from "./jobs/relay.js";
import { startWork } from "./jobs/start-work.js";
import { Cursors } from "./lists/page.js";
import { Live } from "./live/live.js";
import { WorkFeed } from "./live/work-feed.js";
import { makeDataFolder } from "./make-data-folder.js";
import { inheritAliases } from "./model-version/inherit-aliases.js";
import { openConnection } from "./open-connection.js";
import { type Engine, type EngineKind, keepEngineKind, leaveEngine, openEngine } from "./open-engine.js";
import { openFiles } from "./open-files.js";
import { openStore } from "./open-store.js";
import { readinessOf } from "./readiness.js";
import { ReplicaTable } from "./router/replica-table.js";
import { startRunApi } from "./run-api/start-run-api.js";
import type { Settings } from "./settings.js";
import { GitSource } from "./source/git/git-source.js";
import { LocalSource } from "./source/local/local-source.js";
import { startSweeps } from "./start-sweeps.js";
import { chooseOnce } from "./store/choose-once.js";
import { openPresence, type Presence } from "./store/presence.js";
import { handleTrainingChange, reconcileTraining } from "./training/training-job.js";
import type { Training } from "./training/training.js";
import { openKeyRing } from "./vault/sealed-store/open-key-ring.js";
import type { SecretCollection } from "./vault/sealed-store/sealed-secrets.js";
import { SealedStoreVault } from "./vault/sealed-store/sealed-store-vault.js";

export interface OpenedApp extends AsyncDisposable {
  readonly app: App;
  /** The engine that builds and runs projects. */
  readonly engineKind: EngineKind;
  /** The place of the data, without a password. */
  readonly location: string;
  /** Settles when the store has died under the process, which cannot go on then. */
  readonly lost: Promise<Error>;
  /** Sentences that the operator must read, once: a key that was made, for example. */
  readonly notices: readonly string[];
  /** Returns if the server can do its work, and why not. */
  readiness(): Promise<Readiness>;
  /** For tests: resolves when nothing is left to do. */
  settled(): Promise<void>;
}

export interface OpenOptions {
  readonly databaseName?: string;
  /** In place of the one that the settings name. */
  readonly engine?: Engine;
}

const FIRST_ROUTES_MS = 5_000;

/** The work that follows from a change, by the kind of its record. */
export const OUTBOX_HANDLERS: OutboxHandlers = {
  build: handleBuildChange,
  async train(app, training: Training, entry) {
    await handleTrainingChange(app, training, entry);
    await deployTrained(app, training, entry);
  },
  depl: handleDeploymentChange,
  movers: inheritAliases,
};

/** Opens the parts that the settings name, and starts the work. Disposing closes them in reverse; containers run on. */
export async function openApp(settings: Settings, logger: Logger, options: OpenOptions = {}): Promise<OpenedApp> {
  const opening = new Disposables();
  try {
    return await openParts(opening, settings, logger, options);
  } catch (error) {
    await opening[Symbol.asyncDispose]();
    throw error;
  }
}

async function openParts(
  opening: Disposables,
  settings: Settings,
  logger: Logger,
  { databaseName, engine }: OpenOptions,
): Promise<OpenedApp> {
  const data = settings.ROCAS_DATA;
  await makeDataFolder(data);
  const opened = opening.use(
    await openConnection({
      mongodbUri: settings.MONGODB_URI,
      dataFolder: data,
      databaseName,
      refuseKnownBad: settings.ROCAS_REFUSE_KNOWN_BAD,
    }),
  );
  const store = await openStore(opened.connection, () => opened.serverTime(), settings.ROCAS_DETAILS_INDEXES);
  const cluster = await chooseOnce(store, "cluster", () => ulid().toLowerCase());

  const cursorKey = await chooseOnce(store, "cursor_key", () => randomBytes(32).toString("base64url"));

  const notices: string[] = [...opened.warnings];
  for (const warning of opened.warnings) logger.warn({ event: "store_unfit", warning });
  const secrets = opened.connection.collection("secrets") as unknown as SecretCollection;
  const keys = await openKeyRing(
    { data, keyFile: settings.ROCAS_KEY_FILE, embedded: opened.kind === "embedded", cluster },
    secrets,
    (path) => notices.push(`Made the master key of treasure chests: ${path}. Keep a copy where the data are not.`),
  );

  const openedFiles = await openFiles(settings, cluster, store, opened.connection);
  const { files, lightweightFiles, partialFiles, directFiles } = openedFiles;
  const openedEngine = engine ? null : opening.use(await openEngine(settings, store, cluster));
  const { runtime, imageBuilder } = openedEngine ?? engine!;
  notices.push(...(openedEngine?.notices ?? []));
  // Before the network of the installation is made or found: the last process to leave removes it.
  // The embedded store has one process.
  const presence = opened.kind === "embedded" ? null : await openPresence(store, { home: openedEngine?.home ?? null });
  if (openedEngine) await keepEngineKind(store, openedEngine.kind);
  if (openedFiles.folder !== null && presence && presence.others > 0) {
    notices.push(folderNotice(openedFiles.folder));
    logger.warn({ event: "files_in_folder", folder: openedFiles.folder, others: presence.others });
  }
  opening.defer(() => leaveInstallation(presence, runtime, logger));
  const live = opening.use(new Live(store, logger));
  const replicaTable = new ReplicaTable();
  const routes = new ReplicaTableFiller({ store, runtime, replicaTable });
  const vault = new SealedStoreVault(secrets, keys, cluster);
  const work = startWork(
    {
      settings,
      logger,
      store,
      vault,
      files,
      lightweightFiles,
      runtime,
      imageBuilder,
      runListenerDemand: new RunListenerDemand(),
      partialFiles,
      directFiles,
      sources: {
        local: new LocalSource(settings.ROCAS_PROJECT_ROOTS),
        git: new GitSource({ allowedOrigins: settings.ROCAS_GIT_HOSTS, scratchFolder: join(data, "git") }),
      },
      replicaTable,
      routes,
      cursors: new Cursors(cursorKey),
      live,
      holdings: holdingsOf({ store, vault, files, lightweightFiles, imageBuilder }),
    },
    {
      workers: { BUILD: reconcileBuild, TRAIN: reconcileTraining, DEPLOY: reconcileDeployment },
      outboxHandlers: OUTBOX_HANDLERS,
      resumeDeletion,
    },
  );
  opening.defer(() => work.stop());
  // Before the server listens: else a process that says it is ready would deny deployments that exist.
  await fillFirstRoutes(work.app);
  opening.use(followWork(work.app));
  followContainers(opening, work.app);
  opening.use(startRunApi(work.app));
  startSweeps(opening, work.app, openedFiles);
  return {
    app: work.app,
    engineKind: openedEngine?.kind ?? "docker",
    location: opened.location,
    lost: opened.lost,
    notices,
    readiness: () =>
      readinessOf({
        store,
        hasDiskRoom: () => opened.hasDiskRoom(),
        filesFault: () => openedFiles.fault(),
      }),
    settled: () => work.settled(),
    [Symbol.asyncDispose]: () => opening[Symbol.asyncDispose](),
  };
}

const folderNotice = (folder: string): string =>
  `Another server of this store runs. Both keep files in ${resolve(folder)}: it must be one folder, on a disk that their machines share. A bucket (ROCAS_FILES) needs no shared disk.`;

/** Waits a few seconds for the routes. Until they are known, predictions are answered with 503. */
async function fillFirstRoutes(app: App): Promise<void> {
  const filled = app.routes.refreshAll().catch((err: unknown) => app.logger.warn({ event: "routes_unknown", err }));
  await Promise.race([filled, delay(FIRST_ROUTES_MS, undefined, { ref: false })]);
}

/** The process that makes a job takes it at once. If it cannot, another one does after this time. */
const UNTAKEN_MS = 1_000;

/** Follows the changes by all processes that concern the routes and jobs of this one. */
function followWork({ store, routes, work, logger }: App): WorkFeed {
  const report = (err: unknown): void => logger.warn({ event: "routes_unread", err });
  return new WorkFeed(
    store,
    {
      onChange({ record }) {
        const kind = kindOf(record);
        if (kind === "depl") routes.refresh(record).catch(report);
        else if (kind === "movers") routes.refreshServersOf(record).catch(report);
        else work.lookForJobs(UNTAKEN_MS);
      },
      onBegin() {
        routes.refreshAll().catch(report);
        work.lookForJobs();
      },
    },
    logger,
  );
}

/** Follows the containers that start, end and go, so that nothing has to ask the engine again and again. */
function followContainers(opening: Disposables, { runtime, routes, work, store, logger }: App): void {
  const changed = opening.use(
    new ChangedJobs(store, logger, () => {
      work.lookForJobs();
      return routes.look();
    }),
  );
  const watching = runtime.watch((job) => changed.add(job));
  opening.defer(async () => watching[Symbol.dispose]());
}

/** Says farewell to the other processes. The last one takes the network of the installation away. */
async function leaveInstallation(presence: Presence | null, runtime: Engine["runtime"], logger: Logger): Promise<void> {
  const leave = () => leaveEngine(runtime, logger);
  if (!presence) return leave();
  // If the store does not answer, the other processes take this one for gone a minute later.
  await presence.leave(leave).catch((error: unknown) => logger.warn({ event: "left_unheard", err: error }));
}
