import type { AnyRecord } from "../graph/stored-record.js";
import type { Holding } from "../kinds/record-kind.js";

/** Releases what a deleted record holds outside its collection, such as files. */
export interface HoldingRelease {
  /** Called before the record is removed, since nothing leads to the holding afterwards. Repeatable. */
  release(record: AnyRecord): Promise<void>;
  /** Called once after the removal, for leftovers that may be lost. */
  removeTraces?(record: AnyRecord): Promise<void>;
}

/** The releases by kind of holding. The wiring names them, so that deletion imports no kind of records. */
export type Holdings = Readonly<Record<Holding, HoldingRelease>>;
