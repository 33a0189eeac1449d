import { DISK_FULL_STATUS, isDiskFull } from "../machine-faults.js";
import { type Refusal, refusalOf } from "./format-error.js";
import { HttpRefusal, httpStatusOf } from "./refusal.js";

/** The answer to an error by HTTP. */
export interface Refused extends Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** The status, the code and the words for an error, whichever server it comes up in. */
export function refused(error: unknown): Refused {
  if (error instanceof HttpRefusal) {
    const { status, code, message, headers } = error;
    return { status, code, message, headers };
  }
  const refusal = refusalOf(error);
  return { ...refusal, status: isDiskFull(error) ? DISK_FULL_STATUS : httpStatusOf(refusal.code), headers: {} };
}
