// The store of a run: the embedded one, or a MongoDB.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("../../.ci/mongodb.sh", import.meta.url));
const PORT = 29_050;
const NAMES = ["embedded", "mongodb"];

/** Returns the address with another database. */
export const databaseOf = (uri, name) => uri.replace(/\/[^/?]*(\?|$)/, `/${name}$1`);

/**
 * Returns the address of the MongoDB of the run; undefined for the embedded store. It starts in a temporary folder and
 * ends with this process, unless MONGODB_URI names one.
 */
export async function openStoreOfRun(name) {
  if (!NAMES.includes(name)) throw new Error(`A store is one of ${NAMES.join(", ")}.`);
  if (name === "embedded") return undefined;
  const given = process.env.MONGODB_URI;
  if (given) return databaseOf(given, "rocas");
  const folder = await mkdtemp(join(tmpdir(), "rocas-bench-mongodb-"));
  const script = (...words) => spawnSync(SCRIPT, words, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  // Also if the run fails or is ended.
  process.once("exit", () => {
    script("stop", folder);
    rmSync(folder, { recursive: true, force: true });
  });
  const { status, stdout } = script("start", folder, String(PORT));
  if (status !== 0) throw new Error("No MongoDB has started.");
  return stdout.trim();
}
