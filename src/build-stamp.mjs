import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PACKAGES = readdirSync(join(ROOT, "packages")).map((name) => join("packages", name));
const SOURCES = ["src", ...PACKAGES.map((folder) => join(folder, "src"))];
const SETTINGS = ["package-lock.json", "tsconfig.json", "tsconfig.build.json"];
const PACKAGE_SETTINGS = PACKAGES.map((folder) => join(folder, "tsconfig.build.json"));
/** The compiler's own notes: another program than `npm run build` may have compiled since. */
const NOTES = ["dist/.tsbuildinfo", ...PACKAGES.map((folder) => join(folder, "dist/.tsbuildinfo"))];
const STAMP = "dist/.built-from";

/** Returns the files below a folder of this checkout, as paths in it. */
export const filesIn = (folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile() && !each.parentPath.includes("__pycache__"))
    .map(({ parentPath, name }) => relative(ROOT, join(parentPath, name)))
    .sort();

/** Returns a hash of files of this checkout. By content: copies of a checkout have other times. */
export function digestOf(paths) {
  const hash = createHash("sha256");
  for (const path of paths)
    if (existsSync(join(ROOT, path))) hash.update(`\0${path}\0`).update(readFileSync(join(ROOT, path)));
  return hash.digest("hex");
}

/** True if the file of this checkout holds the digest. */
export const isStamped = (path, digest) =>
  existsSync(join(ROOT, path)) && readFileSync(join(ROOT, path), "utf8") === digest;

export const writeStamp = (path, digest) => writeFileSync(join(ROOT, path), digest);

const buildDigest = () => digestOf([...SOURCES.flatMap(filesIn), ...SETTINGS, ...PACKAGE_SETTINGS, ...NOTES]);

/** True if `dist/` is what `npm run build` makes of the sources. */
export const isBuilt = () => isStamped(STAMP, buildDigest());

/** Notes that `dist/` is made of the sources as they are. */
export const noteBuild = () => writeStamp(STAMP, buildDigest());
