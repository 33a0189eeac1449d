import type { Connection } from "mongoose";
import type { AnyRecord, OutboxEntry } from "../graph/stored-record.js";
import { Gathered } from "./gathered.js";
import type { Records } from "./store.js";

/** Entries stay in the store for this time after their relay, so that one command clears those of many records. */
const CLEAR_AFTER_MS = 100;

/** All entries of a record up to a version. */
interface Relayed {
  readonly collection: Records<AnyRecord>["collection"];
  readonly id: string;
  readonly version: number;
}

/**
 * Knows the outbox entries that this process has relayed and that the store may still hold. After a crash they are
 * relayed again, which changes nothing.
 */
export class RelayedEntries {
  private readonly relayed = new Map<string, Relayed>();
  private readonly clearing = new Gathered<Relayed>((all) => this.clear(all));
  private timer: NodeJS.Timeout | undefined;

  /** Returns the entries of a record that have to be relayed, in order. */
  unrelayed({ _id, outbox = [] }: AnyRecord): OutboxEntry[] {
    const upTo = this.relayed.get(_id)?.version ?? 0;
    return outbox.filter(({ version }) => version > upTo).sort((one, other) => one.version - other.version);
  }

  /** Notes that the entries of a record are relayed up to a version. They leave the store a moment later. */
  add({ collection }: Records<AnyRecord>, id: string, version: number): void {
    this.relayed.set(id, { collection, id, version });
    // An error is left to the sweep, which finds what is still there.
    this.timer ??= setTimeout(() => void this.flush().catch(() => undefined), CLEAR_AFTER_MS).unref();
  }

  /** Clears what is relayed of one record, or of all. @throws the error of the store */
  async flush(id?: string): Promise<void> {
    const due = id === undefined ? [...this.relayed.values()] : [this.relayed.get(id)];
    if (id === undefined) {
      clearTimeout(this.timer);
      this.timer = undefined;
    }
    const all = due.filter((each) => each !== undefined);
    if (all.length > 0) await this.clearing.add(all);
  }

  private async clear(all: readonly Relayed[]): Promise<void> {
    const collections = new Set(all.map(({ collection }) => collection));
    await Promise.all(
      [...collections].map((each) =>
        clearIn(
          each,
          all.filter(({ collection }) => collection === each),
        ),
      ),
    );
    for (const each of all) if (this.relayed.get(each.id) === each) this.relayed.delete(each.id);
  }
}

async function clearIn(collection: Relayed["collection"], all: readonly Relayed[]): Promise<void> {
  const updates = all.map(({ id, version }) => ({
    updateOne: {
      filter: { _id: id } as object,
      update: { $pull: { outbox: { version: { $lte: version } } } } as object,
    },
  }));
  await collection.bulkWrite(updates, { ordered: false });
}

const ofConnections = new WeakMap<Connection, RelayedEntries>();

/** Returns the relayed entries of all records of a connection. */
export function relayedEntries(connection: Connection): RelayedEntries {
  const known = ofConnections.get(connection) ?? new RelayedEntries();
  ofConnections.set(connection, known);
  return known;
}
