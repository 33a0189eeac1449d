import { OperatorError } from "../errors.js";

/** The reason why no store can be opened, in a sentence for the operator that says what to do. It never holds a password. */
export class StoreRefused extends OperatorError {
  override readonly name = "StoreRefused";
}
