import type { Value } from "../bson/value.js";
import type { Collection } from "../engine/collection.js";
import type { Engine } from "../engine/engine.js";
import { search } from "../query/find-records.js";
import type { Found } from "../query/paused.js";
import { compileCondition } from "../query/match.js";
import type { Wish } from "../query/plan.js";
import { drive, driveAtOnce } from "./drive.js";

/** The first document of a wish, its bytes its own, or undefined where there is none. */
export interface Target {
  readonly record: number;
  readonly document: Value;
}

const own = ({ record, document }: Found): Target => ({ record, document: document.copied() });

/**
 * Finds one document and changes it, both within one write, so that nobody comes between. A search that takes long
 * is done before the write instead; then the document found is looked at again, and the search repeated where it
 * has changed meanwhile. Where nothing is found `change` is called within a write that has searched to the end.
 */
export async function applyToOne<T>(
  engine: Engine,
  collectionOf: () => Collection | undefined,
  wish: Wish,
  change: (target: Target | undefined) => T,
): Promise<T> {
  const first = { ...wish, limit: 1 };
  const matches = compileCondition(wish.condition);
  const attempt = (mayTakeLong: boolean) => () => {
    const collection = collectionOf();
    if (!collection) return { outcome: change(undefined) };
    let target: Target | undefined;
    const isDone = driveAtOnce(
      search(engine, collection, first).results,
      (found) => ((target = own(found)), false),
      mayTakeLong,
    );
    return isDone ? { outcome: change(target) } : undefined;
  };
  const atOnce = await engine.write(attempt(false));
  if (atOnce) return atOnce.outcome;
  for (;;) {
    const collection = collectionOf();
    let candidate: number | undefined;
    if (collection)
      await drive(search(engine, collection, first).results, ({ record }) => ((candidate = record), false));
    if (candidate === undefined) return (await engine.write(attempt(true)))!.outcome;
    const record = candidate;
    const done = await engine.write(() => {
      const document = collection!.document(record);
      return document && matches(document) ? { outcome: change(own({ record, document })) } : undefined;
    });
    if (done) return done.outcome;
  }
}
