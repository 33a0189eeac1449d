const { readdirSync } = require("node:fs");
const { join } = require("node:path");

/** The entities: what stands beside a card, `<name>.kind.ts`. */
const CARDED = readdirSync(join(__dirname, "src"), { recursive: true })
  .filter((path) => path.endsWith(".kind.ts"))
  .map((path) => path.replace(".kind.ts", ""));
/** Classes of values in them. */
const VALUES = ["model/file-doc", "builds/build-plan", "model-version/training-snapshot"];
const ENTITIES = [...CARDED, ...VALUES].map((each) => `^src/${each}\\.ts$`);
const WIRING = [
  "^src/main\\.ts$",
  "^src/serve\\.ts$",
  "^src/open-app\\.ts$",
  "^src/open-engine\\.ts$",
  "^src/check-store\\.ts$",
];
const ports = (...names) => names.map((each) => `^src/${each}/`);
const PORTS = ports("runtime", "source", "storage", "vault", "store");
const PACKAGES = ["^packages/"];
const DECLARED = Object.keys(require("./packages/embedded-store/package.json").dependencies).map(
  (each) => `node_modules/${each}/`,
);

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
      to: { path: [...PORTS, ...ports("router", "run-api", "http")], pathNot: "^src/store/key-of\\.ts$" },
    },
    {
      name: "only the wiring names an adapter",
      severity: "error",
      from: { path: "^src/", pathNot: [...WIRING, ...PORTS, "^src/onboard/build-base-image\\.ts$"] },
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
