import { existsSync, mkdirSync, readdirSync } from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import { dateValue } from "./bson/bson-writer.js";
import { FieldPath } from "./bson/field-path.js";
import { ReplyBuffers } from "./bson/reply-buffers.js";
import { ChangeStreams } from "./changes/change-streams.js";
import { StoreDamaged } from "./check/ask-check.js";
import { Catalog } from "./collections/catalog.js";
import type { Collection } from "./collections/collection.js";
import { Cursors } from "./commands/cursors.js";
import type { StoreState } from "./commands/request.js";
import { applyToAll } from "./commands/write-commands.js";
import { Engine } from "./engine/engine.js";
import { checkFile, hasDiskRoom } from "./engine/store-file.js";
import type { IndexDefinition } from "./indexes/index-definition.js";
import { folderIdentity, listen, lockFolder } from "./wire/folder-sockets.js";
import { serveConnection } from "./wire/wire.js";

export interface EmbeddedStore {
  readonly uri: string;
  close(): Promise<void>;
}

/** LMDB's own names for its two files. */
const FILE = "data.mdb";
const LOCK_FILE = "lock.mdb";

/**
 * Opens the store in a folder of its own inside the data folder, and listens.
 * @throws FolderTaken if another process serves it; an Error with a sentence for a folder that cannot be used.
 */
export async function openEmbeddedStore(dataFolder: string, onFault: (error: unknown) => void): Promise<EmbeddedStore> {
  const folder = join(dataFolder, "store");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = await lockFolder(folder);
  try {
    refuseForeign(folder);
    refuseFull(folder);
    const { engine, catalog } = await openEngine(folder);
    const buffers = new ReplyBuffers();
    const cursors = new Cursors(buffers);
    const sweepSoon = (): void => caretaker.sweepSoon();
    const streams = new ChangeStreams(engine, catalog, sweepSoon);
    const caretaker: Caretaker = new Caretaker({ engine, catalog, cursors, buffers, streams }, onFault);
    const state: StoreState = { engine, catalog, cursors, buffers, streams, sweepSoon };
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

const EVERY_MS = 60_000;
const PORTION = 2_000;

/** The work that nobody asks for: it empties what was dropped, deletes what has expired, closes forgotten cursors. */
class Caretaker {
  private isStopped = false;
  private sweeping: Promise<void> | undefined;
  private readonly timer = setInterval(() => void this.round(), EVERY_MS);

  constructor(
    private readonly state: Omit<StoreState, "sweepSoon">,
    private readonly onFault: (error: unknown) => void,
  ) {}

  sweepSoon(): void {
    if (this.isStopped) return;
    this.sweeping ??= this.sweep()
      .catch(this.onFault)
      .finally(() => (this.sweeping = undefined));
  }

  private async sweep(): Promise<void> {
    const { engine, catalog, streams } = this.state;
    const abandoned = (): number[] => catalog.abandonedSpaces().filter((space) => !streams.isReading(space));
    for (let spaces = abandoned(); spaces.length > 0; spaces = abandoned()) {
      for (let at = 0; at < spaces.length;) {
        if (this.isStopped) return;
        at += await engine.write(() => {
          let done = 0;
          while (at + done < spaces.length && done < 64 && catalog.sweep(spaces[at + done]!, PORTION)) done += 1;
          return done;
        });
      }
    }
  }

  private async round(): Promise<void> {
    try {
      this.state.cursors.killIdle();
      this.state.streams.killIdle();
      await this.expire();
      await this.prune();
    } catch (error) {
      this.onFault(error);
    }
  }

  async expire(): Promise<void> {
    const { catalog } = this.state;
    for (const database of catalog.databaseNames()) {
      for (const collection of catalog.collections(database)) {
        for (const index of collection.indexes) {
          if (index.options.expireAfterSeconds !== undefined && index.isReady) await this.expireBy(collection, index);
        }
      }
    }
  }

  private async expireBy(collection: Collection, index: IndexDefinition): Promise<void> {
    const limit = dateValue(Date.now() - index.options.expireAfterSeconds! * 1000);
    const path = new FieldPath(index.fields[0]!.path.text);
    const condition = { kind: "field", path, test: { op: "lte", value: limit } } as const;
    const wish = { condition, sort: [], hint: index };
    await applyToAll(this.state.engine, collection, wish, undefined, ({ record, document }) =>
      collection.remove(record, document),
    );
  }

  private async prune(): Promise<void> {
    const { engine, catalog } = this.state;
    for (const watched of catalog.watchList.all()) {
      while (watched.hasOriginalsAfter(0) && !this.isStopped && !(await engine.write(() => watched.prune(PORTION))));
    }
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.timer);
    await this.sweeping;
  }
}
