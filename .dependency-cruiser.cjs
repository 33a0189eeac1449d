const { readdirSync } = require("node:fs");
const { join } = require("node:path");

/** The entities: what stands beside a card, `<name>.kind.ts`. */
const CARDED = readdirSync(join(__dirname, "src"), { recursive: true })
  .filter((path) => path.endsWith(".kind.ts"))
  .map((path) => path.replace(".kind.ts", ""));
/** Classes of values in them that have files of their own. */
const VALUES = ["model-version/training-snapshot"];
const ENTITIES = [...CARDED, ...VALUES].map((each) => `^src/${each}\\.ts$`);
const WIRING = [
  "^src/main\\.ts$",
  "^src/serve\\.ts$",
  "^src/open-app\\.ts$",
  "^src/open-engine\\.ts$",
  "^src/open-files\\.ts$",
  "^src/open-connection\\.ts$",
  "^src/check-store\\.ts$",
  "^src/check-files\\.ts$",
  "^src/build-base-image\\.ts$",
  "^src/rocas\\.ts$",
];
const ports = (...names) => names.map((each) => `^src/${each}/`);
const PORTS = ports("runtime", "source", "storage", "vault", "store");
const PACKAGES = ["^packages/"];
const DECLARED = Object.keys(require("./packages/embedded-store/package.json").dependencies).map(
  (each) => `node_modules/${each}/`,
);

/**
 * The folders of src/ from the ground up. Each imports values only of those before it, so that no cycle between folders
 * can arise; types are free. A new folder gets a place here.
 */
const FLOORS = [
  // What all share.
  ...["text", "settings", "documents", "graph"],
  // The ports, and what records have in common.
  ...["runtime", "source", "storage", "vault", "store"],
  "executor",
  ...["lists/filter", "lists", "kinds", "snapshots", "files", "usage", "jobs", "deletion", "run-options"],
  // The records, and what runs for them, in the base image of onboard/.
  ...["onboard", "model", "dataset", "project", "treasure-chest", "builds", "model-version"],
  ...["attempt", "training", "deployment", "live", "retention"],
  // The ways in.
  ...["http/limits", "http", "http/operations", "http/transports", "http/graphiql"],
  ...["router", "run-api"],
  // The adapters.
  ...["source/tree", "source/git", "source/local", "runtime/docker", "runtime/process"],
  ...["storage/filesystem", "storage/gridfs", "storage/s3", "store/mongo", "vault/sealed-store"],
  // A program of its own.
  ...["demo/generated", "demo"],
];
/** Files of src/ itself that stand below all folders. The others are the wiring, above all folders. */
const GROUND = [
  "caller",
  "disposables",
  "errors",
  "jitter",
  "machine-faults",
  "names",
  "own-commands",
  "path-fault",
  "secret-file",
  "server-address",
  "units",
].map((each) => `^src/${each}\\.ts$`);
const PROGRAMS = ["^src/demo/"];
const VALUE = { dependencyTypesNot: ["type-only"] };
const within = (folder) => `^src/${folder}/[^/]+$`;
const DOWNWARD = "a folder imports values only of folders below it";

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "an entity knows entities and what all records share",
      severity: "error",
      from: { path: ENTITIES },
      to: {
        path: "^src/",
        pathNot: [...ENTITIES, ...ports("graph"), "^src/names\\.ts$", "^src/errors\\.ts$"],
      },
    },
    {
      name: "a resolver asks loaders and use-cases",
      severity: "error",
      from: { path: "\\.resolver\\.ts$" },
      to: { path: [...PORTS, ...ports("router", "run-api", "http")] },
    },
    {
      name: "only the wiring names an adapter",
      severity: "error",
      from: { path: "^src/", pathNot: [...WIRING, ...PORTS] },
      to: { path: [...PORTS.map((each) => `${each}[^/]+/`), ...PACKAGES] },
    },
    {
      name: "a package stands by itself",
      severity: "error",
      from: { path: PACKAGES },
      to: { path: ["^src/", "^test/"] },
    },
    {
      name: "a package is used by its public function",
      severity: "error",
      from: { path: "^src/" },
      to: { path: PACKAGES, pathNot: "^packages/embedded-store/(src|dist)/start-embedded-store\\.(ts|js|d\\.ts)$" },
    },
    {
      name: "no cycle between folders of a package",
      severity: "error",
      scope: "folder",
      from: { path: PACKAGES },
      to: { circular: true },
    },
    {
      name: "a package declares what it uses",
      severity: "error",
      from: { path: "^packages/[^/]+/src/" },
      to: { path: "node_modules/", pathNot: DECLARED },
    },
    ...FLOORS.slice(0, -1).map((folder, at) => ({
      name: DOWNWARD,
      severity: "error",
      from: { path: within(folder) },
      to: { path: FLOORS.slice(at + 1).map(within), ...VALUE },
    })),
    {
      name: DOWNWARD,
      severity: "error",
      from: { path: "^src/[^/]+/", pathNot: PROGRAMS },
      to: { path: "^src/[^/]+$", pathNot: GROUND, ...VALUE },
    },
    {
      name: DOWNWARD,
      severity: "error",
      from: { path: GROUND },
      to: { path: "^src/", pathNot: GROUND, ...VALUE },
    },
    {
      name: "each folder has its floor",
      severity: "error",
      from: { path: "^src/[^/]+/", pathNot: FLOORS.map(within) },
      to: {},
    },
    {
      name: "no cycle, but between entities",
      severity: "error",
      from: { path: ["^src/", ...PACKAGES], pathNot: ENTITIES },
      to: { circular: true },
    },
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^packages/[^/]+/dist/" },
  },
};
