import { createHash } from "node:crypto";
import { rmSync, statSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Says which folder is meant, by whatever path it is reached. */
export function folderIdentity(folder: string): string {
  const { dev, ino } = statSync(folder, { bigint: true });
  return createHash("sha256").update(`${dev}:${ino}`).digest("hex").slice(0, 16);
}

export class FolderTaken extends Error {
  override readonly name = "FolderTaken";
}

/**
 * Takes the folder for this process. The lock is a listening socket, which the system takes away with its process,
 * however that ends: nothing is left behind that could lock out the next one.
 * @throws FolderTaken where another process has it.
 */
export async function lockFolder(folder: string): Promise<Server> {
  const address = lockAddress(folderIdentity(folder));
  try {
    return await listening(address);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    if (isNamedBySystem || (await isAnswered(address))) throw taken(folder);
    rmSync(address, { force: true });
    return listening(address);
  }
}

/** Linux and Windows have names for sockets outside the file system; elsewhere a file stays behind and is probed. */
const isNamedBySystem = process.platform === "linux" || process.platform === "win32";

function lockAddress(identity: string): string {
  if (process.platform === "linux") return `\0rocas-store-${identity}`;
  if (process.platform === "win32") return `\\\\.\\pipe\\rocas-store-${identity}`;
  return join(tmpdir(), `rocas-${identity}.lock.sock`);
}

const taken = (folder: string): FolderTaken =>
  new FolderTaken(`The data folder ${folder} is in use by another server. Stop that one, or choose another folder.`);

function listening(address: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", reject);
    server.listen(address, () => resolve(server));
  });
}

function isAnswered(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once("connect", () => (socket.destroy(), resolve(true)));
    socket.once("error", () => resolve(false));
  });
}
