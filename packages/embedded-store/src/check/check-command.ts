import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { FolderTaken, lockFolder } from "../wire/folder-sockets.js";
import { askCheck } from "./ask-check.js";

/**
 * `check-command.js DATA_FOLDER`: reads every document and index entry of a store that no server uses.
 * Exits with 0 if the store is whole, 1 if it is damaged or not there, 2 if a server uses it.
 */
async function main([dataFolder = "."]: readonly string[]): Promise<number> {
  const folder = resolve(join(dataFolder, "store"));
  if (!existsSync(join(folder, "data.mdb"))) return complain(`There is no store in ${folder}.`);
  const lock = await lockFolder(folder);
  try {
    const report = await askCheck(folder, "WHOLE");
    const { collections, documents, damage } = report!;
    if (damage.length === 0) {
      process.stdout.write(`The store in ${folder} is whole: ${documents} documents in ${collections} collections.\n`);
      return 0;
    }
    return complain(
      `The store in ${folder} is damaged:\n${damage.map((each) => `  ${each}\n`).join("")}Restore the folder from a backup: the store, the files and the keys of one moment.`,
    );
  } finally {
    lock.close();
  }
}

function complain(sentence: string): number {
  process.stderr.write(`${sentence}\n`);
  return 1;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    const isTaken = error instanceof FolderTaken;
    process.stderr.write(`${isTaken ? error.message : ((error as Error)?.stack ?? String(error))}\n`);
    process.exit(isTaken ? 2 : 1);
  },
);
