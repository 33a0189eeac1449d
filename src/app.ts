import type { Logger } from "pino";
import type { RunListenerDemand } from "./attempt/run-listener-demand.js";
import type { Holdings } from "./deletion/holdings.js";
import type { AnyRecord } from "./graph/stored-record.js";
import type { Cursors } from "./lists/page.js";
import type { Live } from "./live/live.js";
import type { ReplicaTable } from "./router/replica-table.js";
import type { ImageBuilder } from "./runtime/image-builder.js";
import type { Runtime } from "./runtime/runtime.js";
import type { Settings } from "./settings.js";
import type { Source } from "./source/source.js";
import type { DirectFiles } from "./storage/direct-files.js";
import type { FileStorage, PartialFiles } from "./storage/file-storage.js";
import type { Store } from "./store/store.js";
import type { Vault } from "./vault/vault.js";

/** Starts the work that an outbox entry asks for before the mutation answers. The reconciler goes on with it. */
export interface Work {
  /**
   * Relays the outbox of the record: its events, its job, its successor's mark, its deletion. Idempotent. Never fails:
   * the outbox entry is committed, and a sweep relays what could not be relayed, or not in time.
   * @param record its id, or the record as its last write has left it: then it is not read again.
   */
  relay(record: string | AnyRecord): Promise<void>;
  /** Looks for jobs that are due, after one was made due. @param withinMs how long it may wait; at once if left out */
  lookForJobs(withinMs?: number): void;
  /** Looks soon for what is left, after a deletion that could not be finished. */
  lookForLeftovers(): void;
}

/** Fills the replica table of this process. */
export interface Routes {
  /** Reads a deployment again. Resolves once the table is right. @throws the store's error; `repeat` repeats the read */
  refresh(deployment: string): Promise<void>;
  /** Reads the deployments again that serve a version: its aliases have changed. */
  refreshServersOf(version: string): Promise<void>;
  /** Reads all deployments that serve, at the start and when changes may have been missed. @throws the store's error */
  refreshAll(): Promise<void>;
  /**
   * Asks the engine if addresses have changed, as long as a deployment serves. The store is only asked after a change.
   */
  look(): Promise<void>;
  /** Repeats the reads that failed. */
  repeat(): Promise<void>;
  /** Asks the replicas in the table if they answer. Returns the jobs of those that do not. */
  silentJobs(): Promise<readonly string[]>;
}

/** The parts that use-cases may use. */
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
  /** Lets clients reach the files without this server; null if they cannot. */
  readonly directFiles: DirectFiles | null;
  readonly runtime: Runtime;
  readonly imageBuilder: ImageBuilder;
  readonly runListenerDemand: RunListenerDemand;
  readonly sources: { readonly local: Source; readonly git: Source };
  readonly replicaTable: ReplicaTable;
  readonly routes: Routes;
  /** Processes read each other's cursors. */
  readonly cursors: Cursors;
  readonly work: Work;
  /** Lets records that are deleted give up what they hold outside their collections. */
  readonly holdings: Holdings;
  /** The changes in the store, made by any process. */
  readonly live: Live;
}
