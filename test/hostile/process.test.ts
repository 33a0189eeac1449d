import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildClientSchema, getIntrospectionQuery } from "graphql";
import { expect, test } from "vitest";
import { startServerProcess } from "../support/server-process.js";
import { attack } from "./support/attack.js";
import { chosenAttempts } from "./support/choice.js";
import { doorOf } from "./support/door.js";
import { forEach } from "./support/for-each.js";
import { positionsOf } from "./support/positions.js";
import { Twins } from "./support/twins.js";

const ONE_IN = 60;
/** Names and ids of nothing: what is sent here must be refused before anything is looked for. */
const NOWHERE = {
  names: new Proxy({}, { get: () => "nowhere" }),
  ids: new Proxy({}, { get: () => "model_00000000000000000000000000" }),
} as never;

test("the server that people start outlives what must be refused, in one process", { timeout: 300_000 }, async () => {
  const data = await mkdtemp(join(tmpdir(), "rocas-hostile-"));
  {
    await using server = await startServerProcess({ ROCAS_DATA: data, MONGODB_URI: "" });
    const door = doorOf(server.url);
    const schema = buildClientSchema((await door.query(getIntrospectionQuery())).body.data);
    const positions = positionsOf(schema, new Twins(NOWHERE, () => Promise.resolve(null)));
    const attempts = chosenAttempts(positions, ONE_IN).filter(({ may }) => !may);
    const problems: string[] = [];
    await forEach(attempts, async (each) => void problems.push(...(await attack(door, each))));

    expect(problems).toEqual([]);
    // A process that had ended would be gone: nobody starts it again.
    expect(await server.execute("{ models { totalCount } }")).toEqual({ models: { totalCount: 0 } });
  }
  await rm(data, { recursive: true, force: true });
});
