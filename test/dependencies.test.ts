import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

interface Stated {
  readonly license?: string;
  readonly licenses?: readonly { readonly type: string }[];
}

interface Locked {
  readonly license?: string;
  readonly dev?: boolean;
  /** True for a workspace's place in node_modules; its own folder is listed too. */
  readonly link?: boolean;
}

/** Licences that ask for no more than to be named. */
const PERMISSIVE = [
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "ISC",
  "MIT",
  "Unlicense",
  "(MIT AND BSD-3-Clause)",
];

/** These state it in a form that npm does not copy into the lock file; the second test reads it. */
const UNCOPIED = ["buildcheck", "cpu-features", "ssh2"];

const json = async <T>(path: string): Promise<T> => JSON.parse(await readFile(path, "utf8")) as T;

/** Every package of production, for all platforms, by its folder. */
async function productionPackages(): Promise<[folder: string, locked: Locked][]> {
  const { packages } = await json<{ packages: Record<string, Locked> }>("package-lock.json");
  return Object.entries(packages).filter(([folder, { dev, link }]) => folder && !dev && !link);
}

const nameIn = (folder: string): string => folder.slice(folder.lastIndexOf("node_modules/") + "node_modules/".length);

test("every production package has a permissive licence", async () => {
  const packages = await productionPackages();

  const unclear = packages.filter(([, { license = "" }]) => !PERMISSIVE.includes(license));

  expect(packages.length).toBeGreaterThan(100);
  expect(unclear.map(([folder]) => nameIn(folder)).sort()).toEqual(UNCOPIED);
});

test("what is installed for production says so itself", async () => {
  const folders = (await productionPackages()).map(([folder]) => folder).filter((each) => existsSync(each));

  const stated = await Promise.all(
    folders.map(async (folder) => {
      const { license, licenses = [] } = await json<Stated>(`${folder}/package.json`);
      return { folder, licences: license ? [license] : licenses.map(({ type }) => type) };
    }),
  );

  expect(stated.length).toBeGreaterThan(100);
  const isFree = (licences: readonly string[]) =>
    licences.length > 0 && licences.every((each) => PERMISSIVE.includes(each));
  expect(stated.filter(({ licences }) => !isFree(licences))).toEqual([]);
});

test("nothing of production is of the packages that Apollo licenses under Elastic-2.0", async () => {
  const names = (await productionPackages()).map(([folder]) => nameIn(folder));

  const elastic = /^@apollo\/(composition|federation-internals|gateway|query-(graphs|planner)|subgraph)$/;
  expect(names.filter((name) => elastic.test(name))).toEqual([]);
});
