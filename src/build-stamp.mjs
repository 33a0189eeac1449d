import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PACKAGES = readdirSync(join(ROOT, "packages")).map((name) => join("packages", name));
const SOURCES = ["src", ...PACKAGES.map((folder) => join(folder, "src"))];
const SETTINGS = ["package-lock.json", "tsconfig.json", "tsconfig.build.json"];
/** The compiler's own notes: another program than `npm run build` may have compiled since. */
const NOTES = ["dist/.tsbuildinfo", ...PACKAGES.map((folder) => join(folder, "dist/.tsbuildinfo"))];
const STAMP = join(ROOT, "dist/.built-from");

const filesIn = (folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile() && !each.parentPath.includes("__pycache__"))
    .map(({ parentPath, name }) => join(parentPath, name).slice(ROOT.length))
    .sort();

/** Returns a hash of the sources and of the compiler's notes. By content: copies of a checkout have other times. */
function digest() {
  const hash = createHash("sha256");
  for (const path of [...SOURCES.flatMap(filesIn), ...SETTINGS, ...NOTES])
    if (existsSync(join(ROOT, path))) hash.update(`\0${path}\0`).update(readFileSync(join(ROOT, path)));
  return hash.digest("hex");
}

/** True if `dist/` is what `npm run build` makes of the sources. */
export const isBuilt = () => existsSync(STAMP) && readFileSync(STAMP, "utf8") === digest();

/** Notes that `dist/` is made of the sources as they are. */
export const noteBuild = () => writeFileSync(STAMP, digest());
