import { createRequire } from "node:module";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cruise, type ICruiseResult, type IForbiddenRuleType } from "dependency-cruiser";
import { expect, test } from "vitest";

const CONFIG = createRequire(import.meta.url)("../.dependency-cruiser.cjs") as { forbidden: IForbiddenRuleType[] };

/** The names of the rules that the imports below `src` and `packages` of a folder break. */
async function broken(baseDir: string): Promise<string[]> {
  const { output } = await cruise(["src", "packages"], {
    ruleSet: CONFIG,
    validate: true,
    baseDir,
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^packages/[^/]+/dist/" },
    tsPreCompilationDeps: true,
  });
  const { summary } = output as ICruiseResult;
  return [...new Set(summary.violations.map(({ rule }) => rule.name))];
}

/** `type ../b/b.js` imports types alone. */
const statement = (imported: string): string =>
  imported.startsWith("type ") ? `import type {} from "${imported.slice(5)}";` : `import "${imported}";`;

/** The same for a house of a few files, each with what it imports. */
async function brokenBy(files: Record<string, readonly string[]>): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "rocas-house-"));
  try {
    await Promise.all(["src", "packages"].map((each) => mkdir(join(folder, each))));
    for (const [path, imports] of Object.entries(files)) {
      await mkdir(join(folder, dirname(path)), { recursive: true });
      await writeFile(join(folder, path), imports.map((each) => `${statement(each)}\n`).join("") + "export {};\n");
    }
    return await broken(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const NOTHING = [] as const;
const PACKAGE = "packages/embedded-store/src";
const ENTITY = "an entity knows entities and what all records share";
const RESOLVER = "a resolver asks loaders and use-cases";
const ADAPTER = "only the wiring names an adapter";
const CYCLE = "no cycle, but between entities";
const DOWNWARD = "a folder imports values only of folders below it";
const FLOOR = "each folder has its floor";
const ALONE = "a package stands by itself";
const PUBLIC = "a package is used by its public function";
const FOLDERS = "no cycle between folders of a package";
const DECLARED = "a package declares what it uses";

test("imports keep to their layer, and there is no cycle", async () => {
  expect(await broken(process.cwd())).toEqual([]);
}, 120_000);

test("each rule is tried below", () => {
  expect(new Set(CONFIG.forbidden.map(({ name }) => name))).toEqual(
    new Set([ENTITY, RESOLVER, ADAPTER, CYCLE, DOWNWARD, FLOOR, ALONE, PUBLIC, FOLDERS, DECLARED]),
  );
});

test.each([
  [ENTITY, "src/model/model.ts", "../store/store.js", "src/store/store.ts"],
  [ENTITY, "src/model/model.ts", "./write-model.js", "src/model/write-model.ts"],
  [ENTITY, "src/dataset/dataset.ts", "../app.js", "src/app.ts"],
  [RESOLVER, "src/model/model.resolver.ts", "../store/insert-record.js", "src/store/insert-record.ts"],
  [RESOLVER, "src/model/model.resolver.ts", "../vault/vault.js", "src/vault/vault.ts"],
  [RESOLVER, "src/model/model.resolver.ts", "../http/request-handler.js", "src/http/request-handler.ts"],
  [ADAPTER, "src/files/keep.ts", "../storage/gridfs/gridfs-storage.js", "src/storage/gridfs/gridfs-storage.ts"],
  [ADAPTER, "src/jobs/work.ts", "../runtime/docker/docker-runtime.js", "src/runtime/docker/docker-runtime.ts"],
  [ADAPTER, "src/jobs/work.ts", `../../${PACKAGE}/start-embedded-store.js`, `${PACKAGE}/start-embedded-store.ts`],
  [ALONE, `${PACKAGE}/worker.ts`, "../../../src/errors.js", "src/errors.ts"],
  [ALONE, `${PACKAGE}/worker.ts`, "../../../test/support/seed.js", "test/support/seed.ts"],
  [PUBLIC, "src/open-connection.ts", `../${PACKAGE}/engine/engine.js`, `${PACKAGE}/engine/engine.ts`],
  [DECLARED, `${PACKAGE}/worker.ts`, "ulid", "node_modules/ulid/index.js"],
  [DOWNWARD, "src/graph/task.ts", "../lists/page.js", "src/lists/page.ts"],
  [DOWNWARD, "src/lists/filter/value-filters.ts", "../page.js", "src/lists/page.ts"],
  [DOWNWARD, "src/model/write-model.ts", "../schema.js", "src/schema.ts"],
  [DOWNWARD, "src/errors.ts", "./graph/task.js", "src/graph/task.ts"],
  [FLOOR, "src/utils/helper.ts", "../graph/task.js", "src/graph/task.ts"],
])("%s: %s may not import %s", async (rule, from, imported, to) => {
  expect(await brokenBy({ [from]: [imported], [to]: NOTHING })).toContain(rule);
});

test("a cycle between folders is found, though no file is in one", async () => {
  const house = {
    "src/training/training-log.ts": ["../deployment/revision-log.js"],
    "src/deployment/revision-log.ts": NOTHING,
    "src/deployment/deploy.ts": ["../training/start-training.js"],
    "src/training/start-training.ts": NOTHING,
  };
  expect(await brokenBy(house)).toEqual([DOWNWARD]);
});

test("folders may know each other's types", async () => {
  const house = {
    "src/training/start-training.ts": ["type ../deployment/deploy.js"],
    "src/deployment/deploy.ts": ["../training/training.inputs.js"],
    "src/training/training.inputs.ts": NOTHING,
  };
  expect(await brokenBy(house)).toEqual([]);
});

test("a value beside a type of the same file counts", async () => {
  const both = ["type ../deployment/deploy.js", "../deployment/deploy.js"];
  const house = { "src/training/start-training.ts": both, "src/deployment/deploy.ts": NOTHING };
  expect(await brokenBy(house)).toEqual([DOWNWARD]);
});

test("a cycle is found, also a long one", async () => {
  const house = { "src/graph/a.ts": ["./b.js"], "src/graph/b.ts": ["./c.js"], "src/graph/c.ts": ["./a.js"] };
  expect(await brokenBy(house)).toEqual([CYCLE]);
});

test.each([
  ["src/model/model.ts", "../graph/task.js", "src/graph/task.ts"],
  ["src/model/model.ts", "../errors.js", "src/errors.ts"],
  ["src/model/model.resolver.ts", "./write-model.js", "src/model/write-model.ts"],
  ["src/model/model.resolver.ts", "../graph/id.js", "src/graph/id.ts"],
  ["src/open-app.ts", "./storage/gridfs/gridfs-storage.js", "src/storage/gridfs/gridfs-storage.ts"],
  ["src/files/keep.ts", "../storage/file-storage.js", "src/storage/file-storage.ts"],
  ["src/open-connection.ts", `../${PACKAGE}/start-embedded-store.js`, `${PACKAGE}/start-embedded-store.ts`],
  [`${PACKAGE}/worker.ts`, "lmdb", "node_modules/lmdb/index.js"],
])("%s may import %s", async (from, imported, to) => {
  expect(await brokenBy({ [from]: [imported], [to]: NOTHING })).toEqual([]);
});

test("a cycle between folders of a package is found, of the kinds of imports too", async () => {
  const house = {
    [`${PACKAGE}/a/a.ts`]: ["../b/b.js"],
    [`${PACKAGE}/b/b.ts`]: NOTHING,
    [`${PACKAGE}/b/c.ts`]: ["../a/d.js"],
    [`${PACKAGE}/a/d.ts`]: NOTHING,
  };
  expect(await brokenBy(house)).toEqual([FOLDERS]);
});

test("entities of a folder may lead to each other", async () => {
  const [version, snapshot] = ["src/model-version/model-version.ts", "src/model-version/training-snapshot.ts"];
  const house = { [version]: ["./training-snapshot.js"], [snapshot]: ["./model-version.js"] };
  expect(await brokenBy(house)).toEqual([]);
});
