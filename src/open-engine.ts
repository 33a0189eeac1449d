import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import { DomainError } from "./errors.js";
import { engineAddress, mayAnswer } from "./runtime/docker/engine-address.js";
import type { ImageBuilder } from "./runtime/image-builder.js";
import { findPython } from "./runtime/process/find-python.js";
import { lockProcessFolder, processFolder } from "./runtime/process/process-folder.js";
import { ProcessImageBuilder } from "./runtime/process/process-image-builder.js";
import { readImage } from "./runtime/process/process-images.js";
import { ProcessRuntime } from "./runtime/process/process-runtime.js";
import { compilerHint } from "./runtime/process/system-packages.js";
import type { Runtime } from "./runtime/runtime.js";
import { isLoopback } from "./server-address.js";
import type { Settings } from "./settings.js";
import type { Store } from "./store/store.js";

/** An engine: it runs containers and builds images. */
export interface Engine {
  readonly runtime: Runtime;
  readonly imageBuilder: ImageBuilder;
}

export type EngineKind = "docker" | "process";

/** Disposing releases the folder of local processes, which run on. */
export interface OpenedEngine extends Engine, AsyncDisposable {
  readonly kind: EngineKind;
  /** The folder of local processes, as `folder on machine`; null with Docker. */
  readonly home: string | null;
  /** Sentences about the machine for the operator. */
  readonly notices: readonly string[];
}

type EngineSettings = Pick<
  Settings,
  "ROCAS_RUNTIME" | "ROCAS_BUILDER" | "ROCAS_DATA" | "DOCKER_HOST" | "DOCKER_CERT_PATH" | "DOCKER_TLS_VERIFY" | "HOST"
>;

const ENGINE_TIMEOUT_MS = 5_000;
const NOTICE_TIMEOUT_MS = 1_000;
const KIND_KEY = "runtime";

/**
 * Opens the engine that the settings name. `auto` takes Docker if an engine answers. Else it takes local processes if
 * the server listens on loopback alone: they run code with the rights of this user.
 * @throws ProcessFolderLocked if another server has the folder
 */
export async function openEngine(settings: EngineSettings, store: Store, cluster: string): Promise<OpenedEngine> {
  const processes = processEngine(settings);
  const kind = settings.ROCAS_RUNTIME === "auto" ? await chooseKind(settings, store, cluster) : settings.ROCAS_RUNTIME;
  const root = processRoot(settings);
  if (kind === "docker") {
    // If another server has the folder, its runs go on.
    await using _claim = existsSync(root) ? await lockProcessFolder(root) : null;
    await endRuns(processes);
    const { notices, ...docker } = await dockerEngine(settings, cluster);
    return { kind, home: null, notices: await notices(), ...docker, [Symbol.asyncDispose]: async () => {} };
  }
  const claim = await lockProcessFolder(root);
  const home = `${root} on ${hostname()}`;
  const hint = await compilerHint(process.env);
  return {
    kind,
    home,
    notices: hint === null ? [] : [hint],
    ...processes,
    [Symbol.asyncDispose]: () => claim[Symbol.asyncDispose](),
  };
}

/** Keeps the kind for later starts. Call it after the other processes of the installation have let this one in. */
export async function keepEngineKind(store: Store, kind: EngineKind): Promise<void> {
  await store.installation.updateOne({ _id: KIND_KEY }, { $set: { value: kind } }, { upsert: true });
}

/** An installation with images in Docker waits for Docker: its images and containers are there. */
async function chooseKind(settings: EngineSettings, store: Store, cluster: string): Promise<EngineKind> {
  if (!isLoopback(settings.HOST) || (await isReachable(settings, cluster))) return "docker";
  const last = await store.installation.findOne({ _id: KIND_KEY });
  // Installations older than this record had Docker alone.
  const isOfDocker = last ? last.value === "docker" && (await hasImages(store)) : await hasImages(store);
  return isOfDocker ? "docker" : "process";
}

const hasImages = async ({ buildVersions }: Store): Promise<boolean> => (await buildVersions.exists({})) !== null;

async function isReachable(settings: EngineSettings, cluster: string): Promise<boolean> {
  if (!mayAnswer(engineAddress(settings.DOCKER_HOST, settings))) return false;
  const { runtime } = await dockerEngine(settings, cluster);
  const answers = runtime.engine().then(
    () => true,
    () => false,
  );
  return Promise.race([answers, delay(ENGINE_TIMEOUT_MS, false, { ref: false })]);
}

/** Ends local runs that no server would stop or ask any more. */
async function endRuns({ runtime }: Engine): Promise<void> {
  for (const { name } of await runtime.attemptsWithVolumes()) await runtime.stop(name);
}

/** Loads the client of Docker, which takes a tenth of the start, only where it is needed. */
async function dockerEngine(
  settings: EngineSettings,
  cluster: string,
): Promise<Engine & { readonly notices: () => Promise<string[]> }> {
  const [{ DockerImageBuilder }, { DockerRuntime }, { openDocker }] = await Promise.all([
    import("./runtime/docker/docker-image-builder.js"),
    import("./runtime/docker/docker-runtime.js"),
    import("./runtime/docker/open-docker.js"),
  ]);
  const docker = openDocker(settings.DOCKER_HOST, settings);
  const isLocal = engineAddress(settings.DOCKER_HOST, settings).socketPath !== undefined;
  const imageBuilder = new DockerImageBuilder({ docker, builder: settings.ROCAS_BUILDER });
  const dialect = () => docker.dialect().catch(() => null);
  const notices = async () => {
    // An engine that is slow to answer does not hold up the start.
    const known = await Promise.race([dialect(), delay(NOTICE_TIMEOUT_MS, null, { ref: false })]);
    return known && !known.separatesContainers
      ? [`On ${known.name}, the containers of Rocas reach each other in their network (and nothing outside it).`]
      : [];
  };
  return { runtime: new DockerRuntime({ docker, cluster, isLocal }), imageBuilder, notices };
}

const processRoot = ({ ROCAS_DATA }: EngineSettings): string => resolve(ROCAS_DATA, "process");

function processEngine(settings: EngineSettings): Engine {
  const root = processRoot(settings);
  const { images } = processFolder(root);
  const imageOf = (id: string) => readImage(images, id);
  const python = async () => (await findPython()).version;
  return { runtime: new ProcessRuntime({ root, python, imageOf }), imageBuilder: new ProcessImageBuilder({ root }) };
}

/** If the engine does not answer, a later sweep does the work. */
export function ignoreMissingEngine(error: unknown): void {
  if (!(error instanceof DomainError && error.code === "RUNTIME_UNAVAILABLE")) throw error;
}

/** Takes the network of the installation away if this is its last process. Never fails. */
export const leaveEngine = (runtime: Runtime, logger: Logger): Promise<void> =>
  runtime
    .removeNetwork()
    .catch(ignoreMissingEngine)
    .catch((error: unknown) => logger.warn({ event: "network_left_behind", err: error }));
