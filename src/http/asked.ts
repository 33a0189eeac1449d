import type { Caller } from "../caller.js";

/** The facts about a request that are not in it. */
export interface Asked {
  /** Of the request, for the client's report and for the log. */
  readonly id: string;
  readonly caller: Caller;
  /** The query string, with its question mark. */
  readonly search: string;
}
