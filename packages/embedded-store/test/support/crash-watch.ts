import type { mongo } from "mongoose";
import { setTimeout as sleep } from "node:timers/promises";
import { openKillableStore } from "./killable-store.js";
import { type Entry, idOf, type Inserted, numbers, Watcher } from "./watcher.js";

const WRITERS = 6;

/** What one watcher of a store that is killed again and again has been told, and what the store has acknowledged. */
export class CrashWatch {
  readonly events: Inserted[] = [];
  readonly acknowledged = new Set<number>();
  private token: unknown;
  private from = 0;

  constructor(private readonly folder: string) {}

  /** Opens the store, goes on watching where that broke off, and kills the store in the middle of inserts. */
  async crash(): Promise<void> {
    const { store, entries, watcher } = await this.open();
    const writing = numbers(0, WRITERS).map(() => this.insert(entries, this.nextRange()));
    // They end with the store: what was asked for last may or may not have been done.
    const ended = Promise.allSettled([this.read(watcher), ...writing]);
    await sleep(50 + Math.random() * 150);
    await store.kill();
    await ended;
    this.token = this.events.at(-1)?._id ?? this.token;
  }

  /** Reads the rest. @returns what the store holds, in the order in which it was inserted. */
  async finish(): Promise<number[]> {
    const { store, entries, watcher } = await this.open();
    await entries.insertOne({ _id: -1 });
    while (!this.events.length || idOf(this.events.at(-1)!) !== -1) this.events.push(await watcher.next());
    const present = await entries.find().hint({ $natural: 1 }).toArray();
    await store.kill();
    return present.map(({ _id }) => _id);
  }

  private async open() {
    const store = await openKillableStore(this.folder);
    const entries = store.database.collection<Entry>("entries");
    const watcher = await Watcher.open(entries, this.token ? { resumeAfter: this.token } : {});
    this.token ??= watcher.stream.resumeToken;
    return { store, entries, watcher };
  }

  private nextRange(): number {
    return (this.from += 1_000_000);
  }

  private async insert(entries: mongo.Collection<Entry>, from: number): Promise<void> {
    for (let _id = from; ; _id += 1) {
      await entries.insertOne({ _id });
      this.acknowledged.add(_id);
      if (_id % 5 === 0) await entries.deleteOne({ _id });
    }
  }

  private async read(watcher: Watcher): Promise<void> {
    for (;;) this.events.push(await watcher.next());
  }
}
