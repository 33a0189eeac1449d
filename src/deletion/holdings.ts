import type { AnyRecord } from "../graph/stored-record.js";
import type { Holding } from "../kinds/record-kind.js";

/** The ways in which a deleted record gives up what it holds outside its collection. */
export interface HoldingRelease {
  /** Asked before the record goes, since nobody looks for it afterwards. Repeatable. */
  release(record: AnyRecord): Promise<void>;
  /** Asked once the record is gone, for what may go at once. What it leaves is not looked for again. */
  removeTraces?(record: AnyRecord): Promise<void>;
}

/** The wiring names them, so that deletion knows no kind of records. */
export type Holdings = Readonly<Record<Holding, HoldingRelease>>;
