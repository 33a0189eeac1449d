import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isLoopback } from "./loopback.js";
import { DockerImageBuilder } from "./runtime/docker/docker-image-builder.js";
import { DockerRuntime } from "./runtime/docker/docker-runtime.js";
import { openDocker } from "./runtime/docker/open-docker.js";
import type { ImageBuilder } from "./runtime/image-builder.js";
import { findPython } from "./runtime/process/find-python.js";
import { processFolder } from "./runtime/process/process-folder.js";
import { readImage } from "./runtime/process/process-image.js";
import { ProcessImageBuilder } from "./runtime/process/process-image-builder.js";
import { ProcessRuntime } from "./runtime/process/process-runtime.js";
import type { Runtime } from "./runtime/runtime.js";
import type { Settings } from "./settings.js";
import type { Store } from "./store/store.js";

/** What runs containers and builds images. */
export interface Engine {
  readonly runtime: Runtime;
  readonly imageBuilder: ImageBuilder;
}

export type EngineKind = "docker" | "process";

type Wanted = Pick<Settings, "ROCAS_RUNTIME" | "ROCAS_DATA" | "DOCKER_HOST" | "HOST">;

const ANSWERS_WITHIN_MS = 5_000;
const KEPT = "runtime";

/**
 * What the settings name. `auto` takes Docker if an engine answers, else local processes, but only if nobody but this
 * machine can ask: they run code with the rights of this user.
 */
export async function openEngine(
  settings: Wanted,
  store: Store,
  cluster: string,
): Promise<Engine & { kind: EngineKind }> {
  const docker = dockerEngine(settings, cluster);
  const processes = processEngine(settings);
  const kind = settings.ROCAS_RUNTIME === "auto" ? await chosen(settings, store, docker) : settings.ROCAS_RUNTIME;
  await store.installation.updateOne({ _id: KEPT }, { $set: { value: kind } }, { upsert: true });
  if (kind === "process") return { kind, ...processes };
  await endRuns(processes);
  return { kind, ...docker };
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

function dockerEngine({ DOCKER_HOST }: Wanted, cluster: string): Engine {
  const docker = openDocker(DOCKER_HOST);
  return { runtime: new DockerRuntime({ docker, cluster }), imageBuilder: new DockerImageBuilder({ docker }) };
}

function processEngine({ ROCAS_DATA }: Wanted): Engine {
  const root = resolve(ROCAS_DATA, "process");
  const { images } = processFolder(root);
  const imageOf = (id: string) => readImage(images, id);
  const python = async () => (await findPython()).version;
  return { runtime: new ProcessRuntime({ root, python, imageOf }), imageBuilder: new ProcessImageBuilder({ root }) };
}
