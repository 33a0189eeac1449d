import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, link, mkdir, open, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { OperatorError } from "./errors.js";

const READABLE_BY_OTHERS = 0o077;

/** A file with a secret cannot be used. The message says why and what to do. It ends the start. */
export class SecretFileRefused extends OperatorError {}

/**
 * Opens a file whose content is for its owner alone.
 * @param kind of the file in the messages: "key file", for example
 * @param mode that the message recommends, octal: 400, for example
 * @throws SecretFileRefused if it cannot be read, is no plain file, or others may read it
 */
export async function openSecretFile(path: string, kind: string, mode: string): Promise<FileHandle> {
  const file = await openPlain(path, kind);
  try {
    const status = await file.stat();
    if (!status.isFile()) throw new SecretFileRefused(`The ${kind} ${path} is no plain file.`);
    if ((status.mode & READABLE_BY_OTHERS) !== 0)
      throw new SecretFileRefused(
        `Others than its owner may read the ${kind} ${path}. Treat the ${kind.split(" ")[0]} as known to them, or, if it is not, run: chmod ${mode} ${path}`,
      );
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Makes a file for its owner alone, synced before it has its name. An existing file stays. */
export async function makeSecretFile(path: string, content: Buffer, mode: number): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const unnamed = join(folder, `.${randomBytes(8).toString("hex")}`);
  await using file = await open(unnamed, "wx", mode);
  await file.writeFile(content);
  await file.sync();
  try {
    await link(unnamed, path);
  } catch (error) {
    // Another process was first.
    if (codeOf(error) !== "EEXIST") throw error;
  } finally {
    await unlink(unnamed);
  }
  await using opened = await open(folder, "r");
  await opened.sync();
}

async function openPlain(path: string, kind: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw new SecretFileRefused(`The ${kind} ${path} cannot be read (${codeOf(error)}).`, { cause: error });
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;
