import { HOUR_MS } from "../units.js";
import { projectCaps } from "./project-caps.js";
import { resourceCaps, resourceProfiles } from "./resource-kinds.js";
import { decimalNumber, listOf, orNothing, secret, type SettingKind, wholeNumber } from "./setting-kind.js";
import {
  address,
  anyText,
  bucketPrefix,
  detailsIndexes,
  dockerHost,
  gitOrigin,
  hostOfRequest,
  imageRepository,
  mongodbUri,
  oneOf,
  path,
  region,
  sessionToken,
  token,
  webOrigin,
  webUrl,
  yesOrNo,
} from "./text-kinds.js";

/** A setting of the environment. */
export interface Setting<T> {
  readonly kind: SettingKind<T>;
  /** The default, as an operator writes it. */
  readonly initial: string;
  /** The effect of the setting, in Markdown. */
  readonly about: string;
}

const setting = <T>(kind: SettingKind<T>, initial: string, about: string): Setting<T> => ({ kind, initial, about });

/** All settings by variable. `--help`, the README (`npm run docs`) and the reader of the environment use this table. */
export const SETTINGS = {
  HOST: setting(address, "127.0.0.1", "Address to listen on. Any but loopback needs a `ROCAS_TOKEN`."),
  PORT: setting(wholeNumber(1, 65_535), "4000", "Port of GraphQL, GraphiQL, files, health and `/predict`."),
  MONGODB_URI: setting(
    secret(orNothing(mongodbUri)),
    "",
    "A MongoDB 6 replica set (one member will do); the embedded store where it is not set.",
  ),
  ROCAS_REFUSE_KNOWN_BAD: setting(
    yesOrNo,
    "0",
    "`1`: a MongoDB of a release with a known hole is refused; else the start and the log warn of it.",
  ),
  ROCAS_DATA: setting(path, ".rocas", "Folder of the embedded store, files, keys and the token."),
  ROCAS_FILES: setting(
    orNothing(bucketPrefix),
    "",
    "Bucket for the files, at any S3 server; the folder `files` of `ROCAS_DATA` where it is not set. Several servers on one `MONGODB_URI` share it without a disk.",
  ),
  ROCAS_FILES_URL: setting(
    orNothing(webUrl),
    "",
    "Where clients reach the S3 server of `ROCAS_FILES` themselves: they fetch files there and can send them there. Through Rocas where it is not set.",
  ),
  AWS_ENDPOINT_URL_S3: setting(
    orNothing(webUrl),
    "",
    "Where the S3 server of `ROCAS_FILES` listens; Amazon's of the region where it is not set.",
  ),
  AWS_REGION: setting(region, "us-east-1", "Region of the bucket; other servers than Amazon's mostly take any."),
  AWS_ACCESS_KEY_ID: setting(secret(orNothing(token)), "", "Access key for the bucket of `ROCAS_FILES`."),
  AWS_SECRET_ACCESS_KEY: setting(secret(orNothing(token)), "", "The secret of that access key."),
  AWS_SESSION_TOKEN: setting(
    secret(orNothing(sessionToken)),
    "",
    "Session token, if the access key is a temporary one.",
  ),
  ROCAS_TOKEN: setting(
    secret(orNothing(token)),
    "",
    "Bearer token that every request but `/health/` must carry. Left out: one that the first start makes and keeps in the file `token` of `ROCAS_DATA`. `none`: nobody is asked for one, which `HOST` must be loopback for.",
  ),
  ROCAS_PREDICT_TOKEN: setting(secret(orNothing(token)), "", "A second token, good for `/predict` alone."),
  ROCAS_ALLOWED_HOSTS: setting(
    listOf(hostOfRequest),
    "",
    "Host names, beside loopback, that requests may be addressed to.",
  ),
  ROCAS_ALLOWED_ORIGINS: setting(listOf(webOrigin), "", "Origins of web pages that may call the API."),
  ROCAS_PROJECT_ROOTS: setting(listOf(path), "examples", "Folders inside which a project's `homeDir` may lie."),
  ROCAS_GIT_HOSTS: setting(
    listOf(gitOrigin),
    "",
    "Origins of git hosts beside public https ones, `http://127.0.0.1:3000` for example.",
  ),
  ROCAS_REGISTRY: setting(orNothing(imageRepository), "", "Registry (and path) to which built images are pushed."),
  ROCAS_KEY_FILE: setting(
    orNothing(path),
    "",
    "32-byte master key of treasure chests. Made at the first start on the embedded store; required with `MONGODB_URI` before the first chest.",
  ),
  ROCAS_RUN_HOST: setting(
    orNothing(address),
    "",
    "Address that the listener for containers binds to; their network's gateway where it is not set.",
  ),
  ROCAS_RUN_PORT: setting(
    wholeNumber(0, 65_535),
    "0",
    "Port of the listener for containers; `0`: chosen once and kept.",
  ),
  ROCAS_RUN_URL: setting(
    orNothing(webUrl),
    "",
    "Address at which containers reach that listener; chosen by itself on a local engine.",
  ),
  ROCAS_MAX_PAGE: setting(
    wholeNumber(1, 2_000),
    "100",
    "Largest page of a connection; the cost limit of queries is 500 times this.",
  ),
  ROCAS_DETAILS_INDEXES: setting(detailsIndexes, "", "Paths into `details` that filters may stand on alone."),
  ROCAS_MAX_DEPTH: setting(wholeNumber(3, 50), "12", "Deepest nesting of a query."),
  ROCAS_MAX_OPERATIONS: setting(
    wholeNumber(1, 100_000),
    "100",
    "Operations of one address at the same time over WebSockets and server-sent events; a proxy counts as one.",
  ),
  ROCAS_MAX_STRANGERS: setting(
    wholeNumber(16, 100_000),
    "64",
    "Connections of one address that have not shown the token; a proxy counts as one address.",
  ),
  ROCAS_DEADLINE_MS: setting(
    wholeNumber(10, HOUR_MS),
    "10000",
    "Milliseconds that a query may take; a mutation that has begun comes to its end.",
  ),
  ROCAS_TRAIN_MEMORY_MB: setting(wholeNumber(64, 16_777_216), "2048", "Memory of a training's container, in MiB."),
  ROCAS_DEPLOY_MEMORY_MB: setting(wholeNumber(64, 16_777_216), "1024", "Memory of a replica's container, in MiB."),
  ROCAS_CPUS: setting(
    decimalNumber(0.01, 1_024),
    "1",
    "Processors of a container; no more than the engine's machine has.",
  ),
  ROCAS_PIDS: setting(wholeNumber(16, 4_194_304), "256", "Processes and threads of a container."),
  ROCAS_SCRATCH_MB: setting(
    wholeNumber(1, 16_777_216),
    "4096",
    "Disk that a container may use, in MiB; above it the job is stopped.",
  ),
  ROCAS_PROFILES: setting(
    resourceProfiles,
    "",
    "Named sets of resources, which users choose by `profile` and see in the query `resourceOptions`.",
  ),
  ROCAS_RESOURCE_CAPS: setting(
    resourceCaps,
    "",
    "The most that one container may ask for; beyond it a request is refused. What is left out is bounded by the engine's machine alone.",
  ),
  ROCAS_TRAIN_HOURS: setting(
    decimalNumber(0.01, 8_760),
    "24",
    "Hours that a training may run if it does not ask for a `timeoutSeconds`.",
  ),
  ROCAS_MAX_TRAIN_HOURS: setting(
    decimalNumber(0.01, 8_760),
    "168",
    "The most hours that a training may ask for; at least `ROCAS_TRAIN_HOURS` in any case.",
  ),
  ROCAS_MAX_TRAININGS: setting(
    wholeNumber(1, 9_999),
    "32",
    "Trainings that run at a time, of all servers together. The others wait; their turns go round the projects.",
  ),
  ROCAS_MAX_BUILDS: setting(wholeNumber(1, 9_999), "4", "Builds that run at a time, of all servers together."),
  ROCAS_PROJECT_TRAININGS: setting(
    projectCaps,
    "",
    "Trainings of one project that run at a time: a number for all projects, and others for single ones. Left out: no cap of its own.",
  ),
  ROCAS_PROJECT_BUILDS: setting(projectCaps, "", "The same for builds."),
  ROCAS_KEEP_LOGS_DAYS: setting(
    wholeNumber(0, 36_500),
    "30",
    "Days for which logs are kept; of work that has ended their last 16 KiB stay. `0`: for ever.",
  ),
  ROCAS_KEEP_EVENTS_DAYS: setting(
    wholeNumber(0, 36_500),
    "90",
    "Days for which events are kept, the history of all changes. `0`: for ever.",
  ),
  ROCAS_KEEP_JOBS_DAYS: setting(
    wholeNumber(0, 36_500),
    "90",
    "Days for which the jobs of work that has ended are kept; its records stay. `0`: for ever.",
  ),
  ROCAS_RUNTIME: setting(
    oneOf("auto", "docker", "process"),
    "auto",
    "What builds and runs projects. `process`: local processes with this user's rights, without isolation. `auto`: Docker; if no engine answers, local processes, but only if `HOST` is loopback.",
  ),
  ROCAS_BUILDER: setting(
    oneOf("auto", "buildkit", "classic"),
    "auto",
    "What the Docker engine builds images with: BuildKit or its classic builder. `auto`: BuildKit if the engine prefers it, as Docker 23 and later do, or if the Dockerfile needs it.",
  ),
  ROCAS_EXECUTOR: setting(
    oneOf("compiled", "graphql-js"),
    "compiled",
    "What executes operations. `compiled`: plans that are made once for each document. `graphql-js`: Apollo Server and graphql-js; the answers are the same, and slower.",
  ),
  DOCKER_HOST: setting(
    orNothing(dockerHost),
    "",
    "Where the Docker engine listens, as Docker's own clients read it; the usual socket where it is not set.",
  ),
  DOCKER_CERT_PATH: setting(
    orNothing(path),
    "",
    "Folder with the `ca.pem`, `cert.pem` and `key.pem` for an engine that is reached over TLS (`tcp://`).",
  ),
  DOCKER_TLS_VERIFY: setting(
    anyText,
    "",
    "If it is not empty, the engine's certificate must be signed by `ca.pem`; the folder is `~/.docker` if `DOCKER_CERT_PATH` is not set.",
  ),
  LOG_LEVEL: setting(
    oneOf("trace", "debug", "info", "warn", "error", "fatal", "silent"),
    "info",
    "How much is logged: JSON lines on standard error.",
  ),
} as const;

export type SettingName = keyof typeof SETTINGS;
