import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { readSettings, SettingsRefused } from "./settings.js";
import { askCheck } from "./store/embedded/check/ask-check.js";
import { FolderTaken, lockFolder } from "./store/embedded/folder-lock.js";

/** `npm run store:check`: reads every document and index entry of the embedded store that no server uses. */
async function main(): Promise<number> {
  const folder = resolve(join(readSettings(process.env).ROCAS_DATA, "store"));
  if (!existsSync(join(folder, "data.mdb"))) throw new Refused(`There is no store in ${folder}.`);
  const lock = await lockFolder(folder);
  try {
    const report = await askCheck(folder, "WHOLE");
    const { collections, documents, damage } = report!;
    if (damage.length === 0) {
      process.stdout.write(`The store in ${folder} is whole: ${documents} documents in ${collections} collections.\n`);
      return 0;
    }
    process.stderr.write(`The store in ${folder} is damaged:\n${damage.map((each) => `  ${each}\n`).join("")}`);
    process.stderr.write("Restore the folder from a backup: the store, the files and the keys of one moment.\n");
    return 1;
  } finally {
    lock.close();
  }
}

class Refused extends Error {}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const isTaken = error instanceof FolderTaken;
    const isForOperator = isTaken || error instanceof Refused || error instanceof SettingsRefused;
    process.stderr.write(`${isForOperator ? error.message : ((error as Error)?.stack ?? String(error))}\n`);
    process.exit(isTaken ? 2 : 1);
  },
);
