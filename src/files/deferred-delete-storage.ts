import { randomUUID } from "node:crypto";
import type { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { type mongo, trusted } from "mongoose";
import type { ByteRange, ExpectedFile, FileStorage, ReceivedFile, StorageSize } from "../storage/file-storage.js";
import { isDuplicateKey } from "../store/store-errors.js";
import type { Store } from "../store/store.js";
import type { FilePlace, UnneededFile } from "./file-documents.js";

const DAY_MS = 24 * 60 * 60 * 1000;
/** After that long a process that removes is taken for dead. */
const LOCK_MS = 60_000;
/** It does not remove when it comes to it so late: whoever waits for it goes on soon. */
const MAX_DELAY_MS = 20_000;
const NEVER = new Date(0);
const BATCH = 100;
/** Of one sweep; the next one goes on. A record may have ten thousand files. */
const MAX_BATCHES = 50;
const WRITES_PER_BULK = 1_000;

/**
 * Files whose removal waits a day, and is then made only where no record needs the file: content is shared by its hash,
 * and somebody may send again what somebody else deletes. Each write takes the file off the list first and waits for a
 * removal that has begun, so that what was written after that stays; a record names its files before they are written.
 */
export class DeferredDeleteStorage implements FileStorage {
  constructor(
    private readonly storage: FileStorage,
    private readonly place: FilePlace,
    private readonly store: Store,
  ) {}

  async write(content: Readable, expected: ExpectedFile): Promise<void> {
    // It may break off while nobody listens yet; the storage meets the error then.
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

  size(): Promise<StorageSize> {
    return this.storage.size();
  }

  /** Remembers that nobody may need the files any more. Whether that is so the sweep asks. */
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
          // Two upserts of one file at the same time: the other has inserted, and this one finds it.
          if (!isDuplicateKey(error)) throw error;
        }
      }
    }
  }

  /** Removes what was given up more than a day ago and no record needs. */
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
    // Given up once more meanwhile: it waits another day then.
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

/**
 * True if a record needs the file: one whose files lie there by themselves or are still awaited, or whose archive or
 * executed notebook it is. The plain files of a record that has been packed are not needed.
 */
async function isReferenced(
  {
    datasets,
    modelVersions,
    trainings,
    fileLists,
  }: Pick<Store, "datasets" | "modelVersions" | "trainings" | "fileLists">,
  place: FilePlace,
  sha256: string,
): Promise<boolean> {
  const hash = trusted({ $eq: sha256 });
  const lightweight = place === "lightweight";
  const lists = await fileLists.find({ "files.sha256": sha256 }, { projection: { record: 1 } }).toArray();
  const listed = { _id: trusted({ $in: lists.map(({ record }) => record) }), lightweight, archive: null };
  const needed = await Promise.all([
    ...(lists.length > 0 ? [datasets.exists(listed), modelVersions.exists(listed)] : []),
    datasets.exists({ "files.sha256": hash, lightweight, archive: null }),
    datasets.exists({ "archive.sha256": hash, lightweight }),
    modelVersions.exists({ "files.sha256": hash, lightweight, archive: null }),
    modelVersions.exists({ "archive.sha256": hash, lightweight }),
    lightweight ? null : trainings.exists({ "output.sha256": hash }),
  ]);
  return needed.some((each) => each !== null);
}
