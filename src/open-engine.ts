import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { DockerImageBuilder } from "./runtime/docker/docker-image-builder.js";
import { DockerRuntime } from "./runtime/docker/docker-runtime.js";
import { openDocker } from "./runtime/docker/open-docker.js";
import type { ImageBuilder } from "./runtime/image-builder.js";
import { claimFolder } from "./runtime/process/claim-folder.js";
import { compilerHint } from "./runtime/process/compiler-hint.js";
import { findPython } from "./runtime/process/find-python.js";
import { processFolder } from "./runtime/process/process-folder.js";
import { ProcessImageBuilder } from "./runtime/process/process-image-builder.js";
import { readImage } from "./runtime/process/process-image.js";
import { ProcessRuntime } from "./runtime/process/process-runtime.js";
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

/** Disposing gives back the folder of local processes; what runs there goes on. */
export interface OpenedEngine extends Engine, AsyncDisposable {
  readonly kind: EngineKind;
  /** The only place where its work can be seen, as `folder on machine`; null for what an engine does. */
  readonly home: string | null;
  /** Sentences about the machine for the operator. */
  readonly notices: readonly string[];
}

type Wanted = Pick<
  Settings,
  "ROCAS_RUNTIME" | "ROCAS_DATA" | "DOCKER_HOST" | "DOCKER_CERT_PATH" | "DOCKER_TLS_VERIFY" | "HOST"
>;

const ANSWERS_WITHIN_MS = 5_000;
const KEPT = "runtime";

/**
 * Opens the engine that the settings name. `auto` takes Docker if an engine answers, else local processes, but only if
 * nobody but this machine can ask: they run code with the rights of this user. @throws FolderClaimed if another server
 * has the folder
 */
export async function openEngine(settings: Wanted, store: Store, cluster: string): Promise<OpenedEngine> {
  const docker = dockerEngine(settings, cluster);
  const processes = processEngine(settings);
  const kind = settings.ROCAS_RUNTIME === "auto" ? await chosen(settings, store, docker) : settings.ROCAS_RUNTIME;
  const root = processRoot(settings);
  if (kind === "docker") {
    // The runs of a server that works there are its own, and go on.
    await using _claim = existsSync(root) ? await claimFolder(root) : null;
    await endRuns(processes);
    return { kind, home: null, notices: [], ...docker, [Symbol.asyncDispose]: async () => {} };
  }
  const claim = await claimFolder(root);
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

/** For later starts; after the other processes of the installation have let this one in. */
export async function keepEngineKind(store: Store, kind: EngineKind): Promise<void> {
  await store.installation.updateOne({ _id: KEPT }, { $set: { value: kind } }, { upsert: true });
}

/** An installation that has worked with an engine waits for that one: what it built and what it runs is there. */
async function chosen({ HOST }: Wanted, store: Store, docker: Engine): Promise<EngineKind> {
  if (!isLoopback(HOST) || (await answers(docker))) return "docker";
  const last = await store.installation.findOne({ _id: KEPT });
  // Before there was a choice, there was Docker alone.
  const isOfDocker = last ? last.value === "docker" && (await hasImages(store)) : await hasImages(store);
  return isOfDocker ? "docker" : "process";
}

const hasImages = async ({ buildVersions }: Store): Promise<boolean> => (await buildVersions.exists({})) !== null;

const answers = ({ runtime }: Engine): Promise<boolean> =>
  Promise.race([
    runtime.engine().then(
      () => true,
      () => false,
    ),
    delay(ANSWERS_WITHIN_MS, false, { ref: false }),
  ]);

/** Of what nobody would stop or ask any more. */
async function endRuns({ runtime }: Engine): Promise<void> {
  for (const { name } of await runtime.attemptsWithVolumes()) await runtime.stop(name);
}

function dockerEngine(settings: Wanted, cluster: string): Engine {
  const docker = openDocker(settings.DOCKER_HOST, settings);
  return { runtime: new DockerRuntime({ docker, cluster }), imageBuilder: new DockerImageBuilder({ docker }) };
}

const processRoot = ({ ROCAS_DATA }: Wanted): string => resolve(ROCAS_DATA, "process");

function processEngine(settings: Wanted): Engine {
  const root = processRoot(settings);
  const { images } = processFolder(root);
  const imageOf = (id: string) => readImage(images, id);
  const python = async () => (await findPython()).version;
  return { runtime: new ProcessRuntime({ root, python, imageOf }), imageBuilder: new ProcessImageBuilder({ root }) };
}
