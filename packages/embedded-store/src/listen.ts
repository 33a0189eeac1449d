import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A Unix socket's path holds 107 bytes, on some systems 103. */
const LONGEST_PATH = 100;

export interface Listening {
  readonly server: Server;
  /** Where the driver connects to. */
  readonly uri: string;
  close(): void;
}

/**
 * Listens on a Unix socket in a folder that nobody else may enter, or on the loopback where there are none.
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
