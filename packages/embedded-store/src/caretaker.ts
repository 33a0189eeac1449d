import type { StoreState } from "./commands/store-state.js";
import type { Collection } from "./engine/collection.js";
import type { IndexDefinition } from "./indexes/index-definition.js";
import { FieldPath } from "./query/field-path.js";
import { applyToAll } from "./commands/apply-to-all.js";
import { dateValue } from "./bson/make-value.js";

const EVERY_MS = 60_000;
const PORTION = 2_000;

/** What the store does unasked: empties what was dropped, deletes what has expired, closes forgotten cursors. */
export class Caretaker {
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
