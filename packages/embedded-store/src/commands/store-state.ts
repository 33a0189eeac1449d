import type { ChangeStreams } from "../changes/change-streams.js";
import type { Catalog } from "../collections/catalog.js";
import type { Engine } from "../engine/engine.js";
import type { Cursors } from "./cursors.js";
import type { Request } from "./request.js";

/** What commands work on. */
export interface StoreState {
  readonly engine: Engine;
  readonly catalog: Catalog;
  readonly cursors: Cursors;
  readonly streams: ChangeStreams;
  /** Tells the caretaker that key spaces are to be emptied. */
  sweepSoon(): void;
}

export type Command = (request: Request, state: StoreState) => Promise<Buffer> | Buffer;
