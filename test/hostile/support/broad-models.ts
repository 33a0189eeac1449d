import { setTimeout as pause } from "node:timers/promises";
import { newId } from "../../../src/graph/id.js";
import type { TestApp } from "../../support/open-test-app.js";

const MODELS = 9_000;
const CONDITIONS = 90;

/** Many models with long descriptions, put there at once: making each by a mutation would take minutes. */
export async function seedManyModels({ app }: TestApp): Promise<void> {
  const at = new Date();
  const models = Array.from({ length: MODELS }, (_, index) => ({
    _id: newId("model"),
    key: `many-${index}`,
    name: `many-${index}`,
    desc: "x".repeat(500),
    data_files: [],
    model_files: [],
    seq: 1,
    superseded: false,
    version: 1,
    deleting: false,
    created_at: at,
    created_by: "somebody",
    modified_at: at,
    outbox: [],
  }));
  await app.store.models.collection.insertMany(models as never);
}

/** As dear as a filter may be: each condition is tried on each description, from each of its letters on. */
export const DEAR_FILTER = {
  or: Array.from({ length: CONDITIONS }, (_, index) => ({ desc: { contains: `${"x".repeat(30)}y${index}` } })),
};

const SAMPLE_MS = 1_000;
/** Of the processor, that the app takes when nobody asks for anything, and a store that works takes many times. */
const IDLE_SHARE = 0.15;

/** Watches the store at its work: a MongoDB says what it does, the embedded store takes the processor. */
export class StoreWork {
  private readonly begun = cpuMs();

  constructor(private readonly app: TestApp) {}

  async hasBegun(): Promise<boolean> {
    return process.env["MONGODB_URI"] ? (await this.reads()) > 0 : cpuMs() - this.begun > SAMPLE_MS;
  }

  async isAtRest(): Promise<boolean> {
    if (process.env["MONGODB_URI"]) return (await this.reads()) === 0;
    const before = cpuMs();
    await pause(SAMPLE_MS);
    return cpuMs() - before < SAMPLE_MS * IDLE_SHARE;
  }

  private async reads(): Promise<number> {
    const { connection } = this.app.app.store;
    const reads = [{ $currentOp: {} }, { $match: { active: true, ns: `${connection.name}.models` } }];
    return (
      await connection
        .getClient()
        .db("admin")
        .aggregate(reads, { readConcern: { level: "local" } })
        .toArray()
    ).length;
  }
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
