import { mkdir, readlink, rm, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { OperatorError } from "../../errors.js";
import { isAlive, startMark } from "./live-process.js";

const TRIES = 5;

/** Another server works in the folder; the sentence is for the operator. */
export class FolderClaimed extends OperatorError {
  override readonly name = "FolderClaimed";
}

/**
 * Takes the folder for this process until it is disposed of, or ends in whatever way: of two servers each would remove
 * what the other one builds. @throws FolderClaimed
 */
export async function claimFolder(root: string): Promise<AsyncDisposable> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  // A link that leads nowhere: it is there as a whole or not at all.
  const claim = join(root, "server");
  const { ino } = await stat(root, { bigint: true });
  const own = `${process.pid}|${await startMark(process.pid)}|${ino}`;
  for (let tries = 0; !(await isMade(claim, own)); tries += 1) {
    const [pid = "", start = "", folder] = (await readlink(claim).catch(() => "")).split("|");
    // In a copy of the folder, as of a backup, it says nothing.
    const isHeld = folder === String(ino) && (await isAlive({ pid: Number(pid), start }));
    if (isHeld || tries === TRIES)
      throw new FolderClaimed(
        `Another server, process ${pid}, builds and runs projects in ${root}: stop it, or give this one a data folder (ROCAS_DATA) and a store of its own.`,
      );
    await rm(claim, { force: true });
  }
  return { [Symbol.asyncDispose]: () => rm(claim, { force: true }) };
}

async function isMade(link: string, target: string): Promise<boolean> {
  try {
    await symlink(target, link);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  }
}
