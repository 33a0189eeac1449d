import { mkdir, readlink, rm, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { OperatorError } from "../../errors.js";
import { isAlive, startTimeOf } from "./live-process.js";

/** The folders of the work without an engine, below the data folder. Only this user can read them. */
export interface ProcessFolder {
  /** One folder an image, named by its id's 64 hex digits. */
  readonly images: string;
  /** One folder a virtual environment, named by its hash. */
  readonly environments: string;
  /** One file a tag. */
  readonly tags: string;
  /** Work folders of builds, which are temporary. */
  readonly building: string;
  /** One folder a run, with the name that its container would have. */
  readonly runs: string;
}

/** @param root `process` in the data folder */
export const processFolder = (root: string): ProcessFolder => ({
  images: join(root, "images"),
  environments: join(root, "environments"),
  tags: join(root, "tags"),
  building: join(root, "building"),
  runs: join(root, "runs"),
});

const MAX_TRIES = 5;

/** Another server works in the folder; the message is for the operator. */
export class ProcessFolderLocked extends OperatorError {}

/**
 * Locks the folder until it is disposed of, or this process ends in any way. Of two servers, each would remove the
 * other's builds.
 * @throws ProcessFolderLocked
 */
export async function lockProcessFolder(root: string): Promise<AsyncDisposable> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  // The lock is a link that leads nowhere: the system makes it in one step.
  const lock = join(root, "server");
  const { ino } = await stat(root, { bigint: true });
  const own = `${process.pid}|${await startTimeOf(process.pid)}|${ino}`;
  for (let tries = 0; !(await createLink(lock, own)); tries += 1) {
    const [pid = "", start = "", folder] = (await readlink(lock).catch(() => "")).split("|");
    // In a copy of the folder, such as a backup, the lock does not count.
    const isHeld = folder === String(ino) && (await isAlive({ pid: Number(pid), start }));
    if (isHeld || tries === MAX_TRIES)
      throw new ProcessFolderLocked(
        `Another server, process ${pid}, builds and runs projects in ${root}: stop it, or give this one a data folder (ROCAS_DATA) and a store of its own.`,
      );
    await rm(lock, { force: true });
  }
  return { [Symbol.asyncDispose]: () => rm(lock, { force: true }) };
}

async function createLink(link: string, target: string): Promise<boolean> {
  try {
    await symlink(target, link);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  }
}
