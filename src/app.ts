import type { Logger } from "pino";
import type { Holdings } from "./deletion/holdings.js";
import type { Cursors } from "./lists/cursors.js";
import type { Live } from "./live/live.js";
import type { RouteTable } from "./router/route-table.js";
import type { ImageBuilder } from "./runtime/image-builder.js";
import type { Runtime } from "./runtime/runtime.js";
import type { Settings } from "./settings.js";
import type { Source } from "./source/source.js";
import type { FileStorage } from "./storage/file-storage.js";
import type { PartialFiles } from "./storage/partial-files.js";
import type { Store } from "./store/store.js";
import type { Vault } from "./vault/vault.js";

/** Makes the work that a record asks for, from its outbox entry, before the mutation answers; the reconciler does the rest. */
export interface Work {
  /**
   * Relays the outbox of the record: its events, its job, its successor's mark, its deletion. Repeatable. Never fails:
   * what asks for it is committed, and a sweep relays what could not be relayed, or not in time.
   */
  relay(record: string): Promise<void>;
}

/** Everything that use-cases reach. */
export interface App {
  readonly settings: Settings;
  readonly logger: Logger;
  readonly store: Store;
  readonly vault: Vault;
  /** Files of records that are not lightweight. */
  readonly files: FileStorage;
  /** Files of lightweight records: in the store itself. */
  readonly lightweightFiles: FileStorage;
  /** Uploads under way, of either kind. */
  readonly partialFiles: PartialFiles;
  readonly runtime: Runtime;
  readonly imageBuilder: ImageBuilder;
  readonly sources: { readonly local: Source; readonly git: Source };
  readonly routes: RouteTable;
  /** Any process reads the cursors of any other. */
  readonly cursors: Cursors;
  readonly work: Work;
  /** Lets records that are deleted give up what they hold outside their collections. */
  readonly holdings: Holdings;
  /** The changes in the store, whichever process makes them. */
  readonly live: Live;
}
