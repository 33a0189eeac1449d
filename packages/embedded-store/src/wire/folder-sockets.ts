import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
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
 * @throws FolderTaken if another process has it.
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

/** A Unix socket's path holds 107 bytes, on some systems 103. */
const LONGEST_PATH = 100;

interface Listening {
  readonly server: Server;
  /** The address for the driver. */
  readonly uri: string;
  close(): void;
}

/**
 * Listens on a Unix socket in a folder that nobody else may enter, or on the loopback if the system has none.
 * Only for who holds the lock of the data folder: what an earlier process left behind is cleared away.
 */
export async function listen(identity: string, onConnection: (socket: Socket) => void): Promise<Listening> {
  const server = createServer({ noDelay: true }, onConnection);
  if (process.platform === "win32") {
    await started(server, { host: "127.0.0.1", port: 0 });
    return {
      server,
      uri: `mongodb://127.0.0.1:${(server.address() as AddressInfo).port}`,
      close: () => server.close(),
    };
  }
  const prefix = `rocas-${identity.slice(0, 10)}-`;
  const base = Buffer.byteLength(join(tmpdir(), prefix)) + 20 > LONGEST_PATH ? "/tmp" : tmpdir();
  clearAway(base, prefix);
  const folder = mkdtempSync(join(base, prefix));
  const path = join(folder, "store.sock");
  await started(server, { path });
  return {
    server,
    uri: `mongodb://${encodeURIComponent(path)}`,
    close: () => {
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function started(server: Server, where: { path: string } | { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(where, () => resolve());
  });
}

function clearAway(base: string, prefix: string): void {
  for (const name of readdirSync(base)) {
    if (!name.startsWith(prefix)) continue;
    const path = join(base, name);
    if (statSync(path, { throwIfNoEntry: false })?.uid === process.getuid?.())
      rmSync(path, { recursive: true, force: true });
  }
}
