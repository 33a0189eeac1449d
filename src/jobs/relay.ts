import type { App } from "../app.js";
import { type Kind, kindOf } from "../graph/id.js";
import type { AnyRecord, OutboxEntry } from "../graph/stored-record.js";
import { Gathered } from "../store/gathered.js";
import { supersedeEarlier } from "../store/insert-record.js";
import { type RelayedEntries, relayedEntries } from "../store/relayed-entries.js";
import type { Event } from "../store/store.js";
import { insertEvents } from "./insert-events.js";
import { requestCancel } from "./write-job.js";

/** Does the work that follows from a change of a record. It must be repeatable: after a crash it is called again. */
export type OutboxHandler<T extends AnyRecord = AnyRecord> = (app: App, record: T, entry: OutboxEntry) => Promise<void>;

/** Named by the wiring, so that jobs import no use-case. */
export type OutboxHandlers = Partial<Record<Kind, OutboxHandler<never>>>;

/** A relay under way, and the record of the next one. */
interface Line {
  running: Promise<boolean>;
  next: { target: string | AnyRecord; relayed: Promise<boolean> } | null;
}

/**
 * Relays outboxes: the events, the handlers, then the removal of the entries. After a crash in between, all is repeated.
 * The relays of one record follow each other; the events of many share an insert.
 */
export class Relay {
  private readonly lines = new Map<string, Line>();
  private readonly events: Gathered<Event>;
  private readonly relayed: RelayedEntries;

  constructor(
    private readonly app: App,
    private readonly handlers: OutboxHandlers,
  ) {
    this.events = new Gathered((all) => insertEvents(app.store, all));
    this.relayed = relayedEntries(app.store.connection);
  }

  /**
   * Relays the outbox of one record, in order.
   * @param target the record as a write has left it, or its id: then it is read.
   * @returns true if one of the changes cancelled the work of the record.
   */
  relay(target: string | AnyRecord): Promise<boolean> {
    const id = idOf(target);
    const line = this.lines.get(id);
    if (!line) return this.begin(id, target);
    // All that come meanwhile share the next relay: the latest record has all their entries.
    if (line.next) line.next.target = later(line.next.target, target);
    else line.next = { target, relayed: line.running.catch(() => false).then(() => this.begin(id, line.next!.target)) };
    return line.next.relayed;
  }

  /** Clears the entries that are relayed. @throws the error of the store */
  flush(): Promise<void> {
    return this.relayed.flush();
  }

  private begin(id: string, target: string | AnyRecord): Promise<boolean> {
    const line: Line = { running: this.relayNow(id, target), next: null };
    this.lines.set(id, line);
    const end = (): void => void (line.next ?? this.lines.delete(id));
    line.running.then(end, end);
    return line.running;
  }

  private async relayNow(id: string, target: string | AnyRecord): Promise<boolean> {
    const kind = kindOf(id);
    if (!kind) return false;
    const { store } = this.app;
    const records = store.byKind[kind];
    const record = isWhole(target) ? target : await records.findOne({ _id: id }).lean<AnyRecord>();
    const entries = record ? this.relayed.unrelayed(record) : [];
    const last = entries.at(-1);
    if (!record || !last) {
      await this.relayed.flush(id);
      return false;
    }
    await this.events.add(entries.map((entry) => eventOf(record, entry)));
    const handle = this.handlers[kind] as OutboxHandler | undefined;
    for (const entry of entries) {
      // A tombstone needs no work: the fields of its record are gone.
      if (!record.deleted) await handle?.(this.app, record, entry);
      if (entry.after.cancel === true) await requestCancel(store, id);
    }
    if (store.kinds[kind].supersedes && record.seq !== undefined && !record.deleted && entries.some(isPlacing))
      await supersedeEarlier(records, record.key, record.seq);
    this.relayed.add(records, id, last.version);
    // Work is repeated after a crash alone. Events may be: a repeat finds them there.
    if (handle || !isWhole(target)) await this.relayed.flush(id);
    return entries.some(({ after }) => after.cancel === true);
  }
}

const idOf = (target: string | AnyRecord): string => (typeof target === "string" ? target : target._id);

/** Records that were read for an answer have no outbox. */
const isWhole = (target: string | AnyRecord): target is AnyRecord =>
  typeof target !== "string" && target.outbox !== undefined;

/** An id stands for the record as it will be read: that is the latest. */
const later = (one: string | AnyRecord, other: string | AnyRecord): string | AnyRecord =>
  !isWhole(one) || (isWhole(other) && one.version > other.version) ? one : other;

const eventOf = (record: AnyRecord, entry: OutboxEntry): Event => ({
  ...entry,
  _id: `${record._id}.${entry.version}`,
  record: record._id,
  key: record.key,
});

/** True if the change gave the record its place among those of its key. */
const isPlacing = ({ action, after }: OutboxEntry): boolean => action === "INSERT" || after.seq !== undefined;
