import { randomBytes } from "node:crypto";
import { deserialize } from "bson";
import type { Engine } from "../engine/engine.js";
import type { RecordClock } from "../engine/record-clock.js";
import { Watched, allWatched, type StoredWatched } from "./watched.js";

/** Which namespaces somebody has watched, since the folder exists. What changes it runs within a job of the engine. */
export class WatchList {
  private readonly watched = new Map<string, Watched>();
  /** When the collections in these key spaces were dropped, as long as streams read from them. */
  private readonly drops = new Map<number, number>();

  constructor(
    private readonly engine: Engine,
    private readonly clock: RecordClock,
  ) {}

  load(): void {
    this.watched.clear();
    for (const { value } of this.engine.entries(allWatched, false, true)) {
      this.register(new Watched(this.engine, this.clock, deserialize(value!.bytes) as StoredWatched));
    }
  }

  of(database: string, name: string): Watched | undefined {
    return this.watched.get(`${database}\0${name}`);
  }

  all(): Watched[] {
    return [...this.watched.values()];
  }

  /** @param originals an empty key space. @param since the number from which on nothing is lost. */
  add(database: string, name: string, originals: number, since: number): Watched {
    const identity = randomBytes(8).toString("hex").toUpperCase();
    const stored = { database, name, identity, originals, lostThrough: since, droppedAt: 0 };
    const watched = new Watched(this.engine, this.clock, stored);
    watched.save();
    this.register(watched);
    return watched;
  }

  noteDrop(watched: Watched, space: number): void {
    watched.drop();
    this.drops.set(space, watched.droppedAt);
  }

  dropOf(space: number): number | undefined {
    return this.drops.get(space);
  }

  forgetDrop(space: number): void {
    this.drops.delete(space);
  }

  private register(watched: Watched): void {
    this.watched.set(`${watched.database}\0${watched.name}`, watched);
  }
}
