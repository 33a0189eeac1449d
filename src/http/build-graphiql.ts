import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SOURCES = join(ROOT, "src/http/graphiql");
const BUNDLE = join(ROOT, "dist/graphiql");
/** The file with the digest of the sources that made the bundle. */
const STAMP = join(BUNDLE, ".made-of");

/** Returns the digest of the page and of the lock file, which pins the packages. */
function digestOfSources(): string {
  const hash = createHash("sha256").update(readFileSync(join(ROOT, "package-lock.json")));
  const entries = readdirSync(SOURCES, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  for (const path of entries.map(({ parentPath, name }) => join(parentPath, name)).sort())
    hash.update(path.slice(SOURCES.length)).update(readFileSync(path));
  return hash.digest("hex");
}

function isMadeOf(digest: string): boolean {
  try {
    return readFileSync(STAMP, "utf8") === digest;
  } catch {
    return false;
  }
}

async function bundle(): Promise<void> {
  // Vite loads slowly, and mostly there is nothing to do.
  const { build } = await import("vite");
  await build({
    configFile: false,
    root: SOURCES,
    base: "/graphiql/",
    logLevel: "error",
    // Workers of GraphiQL's editor import from each other, which the default format cannot.
    worker: { format: "es" },
    build: {
      outDir: BUNDLE,
      emptyOutDir: true,
      target: "es2022",
      chunkSizeWarningLimit: 10_000,
      modulePreload: { polyfill: false },
    },
  });
}

const digest = digestOfSources();
if (!isMadeOf(digest)) {
  process.stderr.write("Bundling GraphiQL. It takes some seconds, and only when the page or a package has changed.\n");
  await bundle();
  writeFileSync(STAMP, digest);
}
