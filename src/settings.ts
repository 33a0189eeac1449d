import { bool, cleanEnv, EnvMissingError, host, makeValidator, num, port, str } from "envalid";
import { asImageRef } from "./names.js";

const list = makeValidator<string[]>((text) =>
  text
    .split(",")
    .map((each) => each.trim())
    .filter(Boolean),
);

const positive = makeValidator<number>((text) => {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`"${text}" is no number above 0`);
  return value;
});

/** Types whose records have `details`. */
const DETAILED = ["Dataset", "Training", "ModelVersion", "Deployment", "DeploymentRevision", "TreasureChest"];
const DETAILS_INDEX = new RegExp(`^(${DETAILED.join("|")}):([^.$\\s]+(?:\\.[^.$\\s]+)*)$`);

/** Stored paths into `details` by type, from `ModelVersion:metrics.accuracy,Training:team`. */
const detailsIndexes = makeValidator<ReadonlyMap<string, readonly string[]>>((text) => {
  const indexes = new Map<string, readonly string[]>();
  for (const each of text.split(",").map((part) => part.trim())) {
    if (!each) continue;
    const [, type, path] = DETAILS_INDEX.exec(each) ?? [];
    if (!type || !path)
      throw new Error(
        `"${each}" is no TYPE:key.key, as ModelVersion:metrics.accuracy; TYPE is one of ${DETAILED.join(", ")}`,
      );
    indexes.set(type, [...(indexes.get(type) ?? []), `details.${path}`]);
  }
  return indexes;
});

const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|localhost)$/;

/** The only reader of the environment. Every problem is reported at once. */
export function readSettings(environment: NodeJS.ProcessEnv) {
  const problems: string[] = [];
  const settings = cleanEnv(
    environment,
    {
      HOST: host({ default: "127.0.0.1", desc: "Address to listen on; anything but loopback needs ROCAS_TOKEN." }),
      PORT: port({ default: 4000, desc: "Port of GraphQL, GraphiQL, files, health and /predict." }),
      MONGODB_URI: str({ default: "", desc: "A MongoDB replica set; the embedded store where it is not set." }),
      ROCAS_REFUSE_KNOWN_BAD: bool({
        default: false,
        desc: "Whether a MongoDB of a release with a known hole is refused; else the start and the log warn of it.",
      }),
      ROCAS_DATA: str({ default: ".rocas", desc: "Folder of the embedded store, files and keys." }),
      ROCAS_TOKEN: str({ default: "", desc: "Bearer token that every request must carry." }),
      ROCAS_PREDICT_TOKEN: str({ default: "", desc: "Bearer token for /predict alone, beside ROCAS_TOKEN." }),
      ROCAS_ALLOWED_HOSTS: list({
        default: [],
        desc: "Host names, beside loopback, that requests may be addressed to.",
      }),
      ROCAS_ALLOWED_ORIGINS: list({ default: [], desc: "Origins of web pages that may call the API (CORS)." }),
      ROCAS_PROJECT_ROOTS: list({ default: ["examples"], desc: "Folders inside which a project's homeDir may lie." }),
      ROCAS_GIT_HOSTS: list({ default: [], desc: "Origins of git hosts, beside public https ones." }),
      ROCAS_REGISTRY: str({ default: "", desc: "Registry (and path) to which built images are pushed." }),
      ROCAS_KEY_FILE: str({
        default: "",
        desc: "32-byte master key of treasure chests; required with MONGODB_URI before the first chest.",
      }),
      ROCAS_RUN_HOST: str({
        default: "",
        desc: "Address the run listener binds to; the containers' gateway where it is not set.",
      }),
      ROCAS_RUN_PORT: num({ default: 0, desc: "Port of the run listener; chosen once and kept where it is 0." }),
      ROCAS_RUN_URL: str({ default: "", desc: "Address at which containers reach the run listener." }),
      ROCAS_MAX_PAGE: num({ default: 100, desc: "Largest page of a connection." }),
      ROCAS_DETAILS_INDEXES: detailsIndexes({
        default: new Map(),
        desc: "Paths into details that filters may stand on alone, as ModelVersion:metrics.accuracy (comma-separated).",
      }),
      ROCAS_MAX_DEPTH: num({ default: 12, desc: "Deepest nesting of a query." }),
      ROCAS_MAX_OPERATIONS: num({
        default: 100,
        desc: "Operations of one address that may run at the same time over WebSockets and server-sent events.",
      }),
      ROCAS_DEADLINE_MS: positive({ default: 10_000, desc: "Milliseconds that a query may take." }),
      ROCAS_TRAIN_MEMORY_MB: num({ default: 2048, desc: "Memory of a training's container, in MiB." }),
      ROCAS_DEPLOY_MEMORY_MB: num({ default: 1024, desc: "Memory of a replica's container, in MiB." }),
      ROCAS_CPUS: num({ default: 1, desc: "Processors a container may use." }),
      ROCAS_PIDS: num({ default: 256, desc: "Processes and threads a container may have." }),
      ROCAS_SCRATCH_MB: num({ default: 4096, desc: "Disk a container may use, in MiB; above it the job is stopped." }),
      ROCAS_TRAIN_HOURS: num({ default: 24, desc: "Hours a training may run." }),
      DOCKER_HOST: str({ default: "", desc: "Where the Docker engine listens, as Docker's own clients read it." }),
      LOG_LEVEL: str({
        default: "info",
        choices: ["trace", "debug", "info", "warn", "error", "silent"],
        desc: "How much is logged.",
      }),
    },
    {
      reporter: ({ errors }) => {
        for (const [name, error] of Object.entries(errors))
          problems.push(`${name}: ${error instanceof EnvMissingError ? "is not set" : error?.message}`);
      },
    },
  );
  if (settings.HOST && !LOOPBACK.test(settings.HOST) && !settings.ROCAS_TOKEN)
    problems.push(
      `HOST: ${settings.HOST} is open to the network; set ROCAS_TOKEN to a long random string that every request then carries, or leave HOST at 127.0.0.1`,
    );
  if (settings.ROCAS_REGISTRY && !isImageRepository(settings.ROCAS_REGISTRY))
    problems.push(
      "ROCAS_REGISTRY: it is HOST[:PORT][/PATH] in lower case, without a scheme: registry.example.org/team",
    );
  if (problems.length > 0) throw new SettingsRefused(problems);
  return settings;
}

function isImageRepository(registry: string): boolean {
  try {
    return asImageRef(`${registry}/image`).length > 0;
  } catch {
    return false;
  }
}

export type Settings = Readonly<ReturnType<typeof readSettings>>;

/** The environment does not do; the message lists every problem. */
export class SettingsRefused extends Error {
  constructor(problems: readonly string[]) {
    super(`The settings do not do:\n${problems.map((each) => `  ${each}`).join("\n")}`);
  }
}
