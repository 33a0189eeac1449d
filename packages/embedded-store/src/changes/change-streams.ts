import { randomBytes } from "node:crypto";
import type { Catalog } from "../collections/catalog.js";
import type { Watched } from "../collections/watched.js";
import type { Engine } from "../engine/engine.js";
import { recordAt, timestampOf } from "../engine/key-space.js";
import { CommandError } from "../errors/command-error.js";
import type { Client } from "../search/paused.js";
import { type ChangeSource, ChangeStream, historyLost, type Namespace } from "./change-stream.js";
import { EventBatch, RecentInserts } from "./inserts.js";
import type { Beginning, Watch } from "./parse-watch.js";

const IDLE_MS = 10 * 60 * 1000;

interface OpenStream {
  readonly stream: ChangeStream;
  /** Ends it when the connection closes that asked for it last. */
  readonly end: () => void;
  client: Client;
}

/** All open change streams, woken after each write that concerns them. */
export class ChangeStreams implements ChangeSource {
  settled: number;
  readonly recentInserts: RecentInserts;
  private readonly open = new Map<bigint, OpenStream>();

  /** @param onReleased called when a dropped collection is read from no more */
  constructor(
    private readonly engine: Engine,
    readonly catalog: Catalog,
    private readonly onReleased: () => void,
  ) {
    this.settled = catalog.clock.last;
    this.recentInserts = new RecentInserts(engine);
    engine.whenSettled(() => this.wake());
  }

  private wake(): void {
    this.settled = this.catalog.clock.last;
    for (const { stream } of this.open.values()) stream.notice();
  }

  /** The first batch, which waits for nothing. @throws CommandError if the stream cannot begin there. */
  async start(namespace: Namespace, watch: Watch, batchSize: number | undefined, client: Client): Promise<Buffer> {
    const watched = await this.watched(namespace);
    const stream = new ChangeStream(this, namespace, watch, this.positionOf(watched, watch));
    const id = randomBytes(8).readBigUInt64LE() >> 1n || 1n;
    const end = (): void => void this.kill(id);
    this.open.set(id, { stream, end, client });
    client.bind(end);
    return this.batch(id, stream, new EventBatch("firstBatch", batchSize ?? Infinity), 0);
  }

  /** Returns what the disk knows of it: a write that has yet to be synced may be taken back. */
  private async watched({ database, name }: Namespace): Promise<Watched> {
    const known = this.catalog.watchList.of(database, name);
    if (known && known.goneThrough <= this.settled) return known;
    return this.engine.write(() => this.catalog.watch(database, name));
  }

  private positionOf(watched: Watched, { token, operationTime }: Beginning): number {
    if (token && token.identity !== watched.identity)
      throw new CommandError(
        "ChangeStreamFatalError",
        "cannot resume stream; the resume token was not found: it is of another collection",
      );
    const position =
      token?.position ?? (operationTime === undefined ? this.settled : Math.max(recordAt(operationTime) - 1, 0));
    const isAhead = token !== undefined && position > this.settled;
    if (isAhead || position < watched.goneThrough) throw historyLost(watched);
    return position;
  }

  has(id: bigint): boolean {
    return this.open.has(id);
  }

  /** Returns the events since the last batch, or waits for one. @throws CommandError if the stream is killed meanwhile. */
  async more(id: bigint, namespace: string, batchSize: number, waitMs: number, client: Client): Promise<Buffer> {
    const opened = this.open.get(id)!;
    const { stream, end } = opened;
    if (namespace !== nameOf(stream.namespace))
      throw new CommandError(
        "BadValue",
        `Requested getMore on namespace '${namespace}', but cursor belongs to a different namespace ${nameOf(stream.namespace)}`,
        13,
      );
    if (stream.isBusy) throw new CommandError("BadValue", `cursor id ${id} is already in use`, 12051);
    opened.client.release(end);
    opened.client = client;
    client.bind(end);
    return this.batch(id, stream, new EventBatch("nextBatch", batchSize), performance.now() + waitMs);
  }

  private async batch(id: bigint, stream: ChangeStream, batch: EventBatch, until: number): Promise<Buffer> {
    stream.isBusy = true;
    try {
      await stream.read(batch, until);
    } catch (error) {
      this.kill(id);
      throw error;
    } finally {
      stream.isBusy = false;
      stream.lastUsed = Date.now();
    }
    const { token, isInvalidated } = stream;
    if (isInvalidated) this.kill(id);
    return batch.finished({
      id: isInvalidated ? 0n : id,
      namespace: nameOf(stream.namespace),
      token,
      isInvalidated,
      operationTime: timestampOf(this.settled),
    });
  }

  kill(id: bigint): boolean {
    const opened = this.open.get(id);
    if (!opened) return false;
    this.open.delete(id);
    opened.client.release(opened.end);
    opened.stream.kill();
    this.release(opened.stream);
    return true;
  }

  /** A dropped collection's documents may go when nobody reads them any more. */
  private release({ space }: ChangeStream): void {
    if (space === undefined || this.isReading(space) || this.catalog.watchList.dropOf(space) === undefined) return;
    this.onReleased();
  }

  isReading(space: number): boolean {
    return [...this.open.values()].some(({ stream }) => stream.space === space);
  }

  killIdle(): void {
    for (const [id, { stream }] of this.open)
      if (!stream.isBusy && Date.now() - stream.lastUsed > IDLE_MS) this.kill(id);
  }

  close(): void {
    for (const id of [...this.open.keys()]) this.kill(id);
  }

  get count(): number {
    return this.open.size;
  }

  get busyCount(): number {
    return [...this.open.values()].filter(({ stream }) => stream.isBusy).length;
  }
}

const nameOf = ({ database, name }: Namespace): string => `${database}.${name}`;
