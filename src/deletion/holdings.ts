import type { AnyRecord } from "../graph/stored-record.js";
import type { Holding } from "../kinds/record-kind.js";

/** Releases what a deleted record holds outside its collection, such as files. */
export interface HoldingRelease {
  /** Called before the removal: afterwards nothing leads to the holding. Repeatable. */
  release(record: AnyRecord): Promise<void>;
  /** Called once after the removal, for leftovers that may be lost. */
  removeTraces?(record: AnyRecord): Promise<void>;
}

/** Named by the wiring, so that deletion imports no kind of records. */
export type Holdings = Readonly<Record<Holding, HoldingRelease>>;
