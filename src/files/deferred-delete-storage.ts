import { randomUUID } from "node:crypto";
import type { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import type { mongo } from "mongoose";
import type {
  ByteRange,
  ExpectedFile,
  FileStorage,
  ListedFile,
  ReceivedFile,
  StorageSize,
} from "../storage/file-storage.js";
import { isDuplicateKey } from "../store/store-errors.js";
import type { Store } from "../store/store.js";
import { DAY_MS, MINUTE_MS } from "../units.js";
import type { FilePlace, UnneededFile } from "./file-documents.js";
import { isReferenced } from "./is-referenced.js";

/** A lock this old belongs to a process that died. */
const LOCK_MS = MINUTE_MS;
/** A later delete could hit a new write that stopped waiting. */
const MAX_DELAY_MS = 20_000;
const NEVER = new Date(0);
const BATCH = 100;
/** Batches of one sweep. A record may have 10,000 files. */
const MAX_BATCHES = 50;
const WRITES_PER_BULK = 1_000;

/**
 * Delays each delete by a day, then skips files that a record needs: records share files by hash, and a client may send
 * a deleted one again.
 * A record names its files before they are written. Each write first takes its file off the list, and waits for a
 * delete that has begun. So what is written after that stays.
 */
export class DeferredDeleteStorage implements FileStorage {
  constructor(
    private readonly storage: FileStorage,
    private readonly place: FilePlace,
    private readonly store: Store,
  ) {}

  async write(content: Readable, expected: ExpectedFile): Promise<void> {
    // The stream may fail before the storage listens; the storage gets the error then.
    content.on("error", () => undefined);
    await this.claim(expected.sha256);
    await this.storage.write(content, expected);
  }

  async take(arrived: ReceivedFile, expected: ExpectedFile): Promise<void> {
    await this.claim(expected.sha256);
    await this.storage.take(arrived, expected);
  }

  read(sha256: string, range?: ByteRange): Promise<Readable> {
    return this.storage.read(sha256, range);
  }

  has(sha256: string): Promise<boolean> {
    return this.storage.has(sha256);
  }

  list(): AsyncIterable<ListedFile> {
    return this.storage.list();
  }

  size(): Promise<StorageSize> {
    return this.storage.size();
  }

  /** Lists the files. The sweep finds out if a record still needs them. */
  async remove(hashes: readonly string[]): Promise<void> {
    const since = await this.store.now();
    for (let at = 0; at < hashes.length; at += WRITES_PER_BULK) {
      const writes = hashes.slice(at, at + WRITES_PER_BULK).map((sha256) => ({
        updateOne: {
          filter: { _id: this.idOf(sha256) },
          update: {
            $set: { since, wish: randomUUID() },
            $setOnInsert: { place: this.place, sha256, removing: NEVER },
          },
          upsert: true,
        },
      }));
      for (;;) {
        try {
          await this.unneeded.bulkWrite(writes, { ordered: false });
          break;
        } catch (error) {
          // Two upserts of one file ran at once: a retry finds the other's document.
          if (!isDuplicateKey(error)) throw error;
        }
      }
    }
  }

  /** Deletes files listed more than a day ago that no record needs. */
  async sweep(graceMs = DAY_MS): Promise<void> {
    const now = await this.store.now();
    const before = new Date(now.getTime() - graceMs);
    for (let batches = 0; batches < MAX_BATCHES; batches += 1) {
      const due = await this.unneeded
        .find({ place: this.place, since: { $lte: before } })
        .limit(BATCH)
        .toArray();
      for (const { sha256 } of due) await this.removeUnneeded(sha256, before);
      if (due.length < BATCH) return;
    }
  }

  private async removeUnneeded(sha256: string, before: Date): Promise<void> {
    const _id = this.idOf(sha256);
    const now = await this.store.now();
    const locked = await this.unneeded.findOneAndUpdate(
      { _id, since: { $lte: before }, removing: { $lt: lockBound(now) } },
      { $set: { removing: now } },
    );
    if (!locked) return;
    if (!(await isReferenced(this.store, this.place, sha256))) {
      if ((await this.store.now()).getTime() - now.getTime() > MAX_DELAY_MS) return;
      await this.storage.remove([sha256]);
    }
    // If the file was listed again meanwhile, it waits another day.
    await this.unneeded.deleteOne({ _id, removing: now, wish: locked.wish });
    await this.unneeded.updateOne({ _id, removing: now }, { $set: { removing: NEVER } });
  }

  private async claim(sha256: string): Promise<void> {
    const _id = this.idOf(sha256);
    for (;;) {
      await this.unneeded.deleteOne({ _id, removing: { $lt: lockBound(await this.store.now()) } });
      if (!(await this.unneeded.findOne({ _id }))) return;
      await pause(50);
    }
  }

  private get unneeded(): mongo.Collection<UnneededFile> {
    return this.store.unneededFiles;
  }

  private idOf(sha256: string): string {
    return `${this.place}/${sha256}`;
  }
}

const lockBound = (now: Date): Date => new Date(now.getTime() - LOCK_MS);
