import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openConnection } from "../../src/store/open-connection.js";
import { differences } from "./store-support/differences.js";

const mongodbUri = process.env.MONGODB_URI;
const first = Number(process.env.ROCAS_TEST_SEED ?? 1);
const seeds = Array.from({ length: Number(process.env.ROCAS_TEST_SEEDS ?? 40) }, (_, at) => first + at);

test.skipIf(!mongodbUri)(
  "the embedded store answers random questions as MongoDB does (needs MONGODB_URI)",
  async () => {
    const dataFolder = await mkdtemp(join(tmpdir(), "rocas-differential-"));
    await using embedded = await openConnection({ dataFolder });
    await using real = await openConnection({ mongodbUri, dataFolder, databaseName: "rocas_differential" });
    const found: string[] = [];
    for (const seed of seeds) {
      const name = `rocas_differential_${randomUUID().slice(0, 8)}`;
      const [ours, theirs] = [embedded, real].map(({ connection }) => connection.getClient().db(name));
      found.push(...(await differences(ours!, theirs!, seed)).map((each) => `seed ${seed}: ${each}`));
      await Promise.all([ours!.dropDatabase(), theirs!.dropDatabase()]);
    }
    await rm(dataFolder, { recursive: true, force: true });
    expect(found).toEqual([]);
  },
  600_000,
);
