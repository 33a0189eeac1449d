import { existsSync, mkdirSync, readdirSync } from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import { Caretaker } from "./caretaker.js";
import { ChangeStreams } from "./changes/change-streams.js";
import { Cursors } from "./commands/cursors.js";
import type { StoreState } from "./commands/store-state.js";
import { Catalog } from "./engine/catalog.js";
import { checkFile } from "./engine/check-file.js";
import { hasDiskRoom } from "./engine/disk-room.js";
import { Engine } from "./engine/engine.js";
import { folderIdentity, lockFolder } from "./folder-lock.js";
import { listen } from "./listen.js";
import { StoreDamaged } from "./store-damaged.js";
import { serveConnection } from "./wire/serve-connection.js";

export interface EmbeddedStore {
  readonly uri: string;
  close(): Promise<void>;
}

/** LMDB's own names for its two files. */
const FILE = "data.mdb";
const LOCK_FILE = "lock.mdb";

/**
 * Opens the store in a folder of its own inside the data folder, and listens.
 * @throws FolderTaken where another process serves it; an Error with a sentence for a folder that cannot be used.
 */
export async function openEmbeddedStore(dataFolder: string, onFault: (error: unknown) => void): Promise<EmbeddedStore> {
  const folder = join(dataFolder, "store");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = await lockFolder(folder);
  try {
    refuseForeign(folder);
    refuseFull(folder);
    const { engine, catalog } = await openEngine(folder);
    const cursors = new Cursors();
    const sweepSoon = (): void => caretaker.sweepSoon();
    const streams = new ChangeStreams(engine, catalog, sweepSoon);
    const caretaker: Caretaker = new Caretaker({ engine, catalog, cursors, streams }, onFault);
    const state: StoreState = { engine, catalog, cursors, streams, sweepSoon };
    const sockets = new Set<Socket>();
    const { uri, close } = await listen(folderIdentity(folder), (socket) => {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
      serveConnection(socket, state, onFault);
    });
    caretaker.sweepSoon();
    return {
      uri,
      async close() {
        close();
        for (const socket of sockets) socket.destroy();
        streams.close();
        await caretaker.stop();
        await engine.close();
        lock.close();
      },
    };
  } catch (error) {
    lock.close();
    throw error;
  }
}

function refuseForeign(folder: string): void {
  // A crash at the very first start may leave LMDB's lock file alone.
  if (existsSync(join(folder, FILE)) || readdirSync(folder).every((name) => name === LOCK_FILE)) return;
  throw new Error(`The folder ${folder} holds something that is no store. Choose another data folder.`);
}

/** A first start writes, and LMDB would end the process by a signal. One that has its files reads, and refuses writes. */
function refuseFull(folder: string): void {
  if ([FILE, LOCK_FILE].every((name) => existsSync(join(folder, name))) || hasDiskRoom(folder)) return;
  throw new Error(`The disk of ${folder} is full. Make room, or choose another data folder.`);
}

async function openEngine(folder: string): Promise<{ engine: Engine; catalog: Catalog }> {
  try {
    if (existsSync(join(folder, FILE))) checkFile(join(folder, FILE));
    const engine = Engine.open(folder, () => catalog.load());
    const catalog: Catalog = new Catalog(engine);
    await catalog.claim();
    catalog.load();
    await catalog.dropUnfinishedIndexes();
    return { engine, catalog };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StoreDamaged(folder, reason, { cause: error });
  }
}
