import type { Collection } from "../engine/collection.js";
import type { Engine } from "../engine/engine.js";
import { search } from "../query/find-records.js";
import { compileCondition } from "../query/match.js";
import type { Wish } from "../query/plan.js";
import type { Target } from "./apply-to-one.js";
import type { Deadline } from "./deadline.js";
import { drive } from "./drive.js";

/** One write holds no more changes than these, so that others get their turn. */
const PORTION = 256;

/** Changes every document of a wish that still matches when its turn comes; as in MongoDB, not all at one moment. */
export async function applyToAll(
  engine: Engine,
  collection: Collection,
  wish: Wish,
  deadline: Deadline | undefined,
  change: (target: Target) => void,
): Promise<void> {
  const records: number[] = [];
  await drive(search(engine, collection, wish).results, ({ record }) => records.push(record) > 0, deadline);
  const matches = compileCondition(wish.condition);
  for (let at = 0; at < records.length; at += PORTION) {
    await engine.write(() => {
      if (collection.isDropped) return;
      for (const record of records.slice(at, at + PORTION)) {
        const document = collection.document(record);
        if (document && matches(document)) change({ record, document: document.copied() });
      }
    });
  }
}
