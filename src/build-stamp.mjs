import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PACKAGES = ["", ...readdirSync(join(ROOT, "packages")).map((name) => join("packages", name))];
const SETTINGS = ["package.json", "tsconfig.json", "tsconfig.build.json"];
const STAMP = "dist/.built-from";

/** Returns the files below a folder of this checkout, as paths in it. */
export const filesIn = (folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
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

/** Returns a digest of what `npm run build` reads. Python and other files are used as they are. */
export const sourceDigest = () =>
  digestOf([
    "package-lock.json",
    ...PACKAGES.flatMap((folder) => [
      ...SETTINGS.map((name) => join(folder, name)),
      ...filesIn(join(folder, "src")).filter((path) => /\.(?:tsx?|css|html|svg|json)$/.test(path)),
    ]),
  ]);

/** The compiler's own notes count, since another program than `npm run build` may have compiled. */
const stampOf = (sources) => `${sources} ${digestOf(PACKAGES.map((folder) => join(folder, "dist/.tsbuildinfo")))}`;

/** True if `dist/` is what `npm run build` makes of the sources. */
export const isBuilt = () => isStamped(STAMP, stampOf(sourceDigest()));

/** Notes that `dist/` is made of the sources with that digest. */
export const noteBuild = (sources) => writeStamp(STAMP, stampOf(sources));
