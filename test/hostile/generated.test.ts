import { buildClientSchema, getIntrospectionQuery } from "graphql";
import { afterAll, beforeAll, expect, test } from "vitest";
import { attack, attackByLiteral, type Attempt, send } from "./support/attack.js";
import { chosenAttempts } from "./support/choice.js";
import { forEach } from "./support/for-each.js";
import { openServed, type Served } from "./support/open-served.js";
import { CANARY, jsonOf } from "./support/payloads.js";
import { type Position, positionsOf } from "./support/positions.js";
import { seedEverything } from "./support/seed-everything.js";
import { Twins } from "./support/twins.js";

/** `ROCAS_HOSTILE=all` sends everything everywhere: some fifteen times as much. */
const SHARE = process.env["ROCAS_HOSTILE"] === "all" ? 1 : 30;
const LEAST = 2_000;
const PATIENCE = { timeout: 900_000 };
/** What a record says no to, beside the value that was sent. */
const OF_THE_DOMAIN = new Set([
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "IN_USE",
  "CONFLICT",
  "CONTRACT_NOT_MET",
  "FILTER_TOO_BROAD",
]);

let served: Served;
let positions: Position[];
let attempts: Attempt[];
beforeAll(async () => {
  served = await openServed();
  const { data } = (await served.query(getIntrospectionQuery({ descriptions: false }))).body;
  const cursor = async (query: string) => endCursorIn((await served.query(query)).body);
  const twins = new Twins(await seedEverything(served.app), cursor);
  positions = positionsOf(buildClientSchema(data), twins);
  attempts = chosenAttempts(positions, SHARE);
});
afterAll(() => served[Symbol.asyncDispose]());

/** Wherever it stands in an answer. */
function endCursorIn(answer: unknown): string | null {
  if (typeof answer !== "object" || answer === null) return null;
  const { endCursor } = answer as { endCursor?: unknown };
  if (typeof endCursor === "string") return endCursor;
  return Object.values(answer).reduce<string | null>((found, each) => found ?? endCursorIn(each), null);
}

const isRead = ({ position }: Attempt): boolean => !position.label.startsWith("Mutation.");

async function problemsWith(chosen: readonly Attempt[], how = attack): Promise<string[]> {
  const problems: string[] = [];
  await forEach(chosen, async (each) => void problems.push(...(await how(served, each))));
  return problems;
}

async function stored(): Promise<string[]> {
  const all = Object.values(served.app.app.store.byKind).map((records) => records.find({}).lean());
  return (await Promise.all(all)).flat().map((each) => JSON.stringify(each));
}
const ids = (records: readonly string[]): string[] => records.map((each) => JSON.parse(each)._id as string).sort();

test("at least two thousand hostile values are sent", () => {
  expect(attempts.length).toBeGreaterThanOrEqual(LEAST);
});

test("no place of the schema takes what it must refuse, and nothing of it is kept", PATIENCE, async () => {
  const before = await stored();
  expect(await problemsWith(attempts.filter(({ may }) => !may))).toEqual([]);
  const after = await stored();
  expect(ids(after)).toEqual(ids(before));
  expect(after.filter((each) => each.includes(CANARY))).toEqual([]);
});

test("nothing that is read by a hostile text fails or changes anything", PATIENCE, async () => {
  const before = ids(await stored());
  expect(await problemsWith(attempts.filter((each) => each.may && isRead(each)))).toEqual([]);
  expect(ids(await stored())).toEqual(before);
});

test("what a document holds is judged as variables are", PATIENCE, async () => {
  const chosen = attempts.filter(({ may }, index) => !may && index % 4 === 0);
  expect(await problemsWith(chosen, attackByLiteral)).toEqual([]);
});

test("each place of the schema takes its harmless twin", PATIENCE, async () => {
  const refused: string[] = [];
  await forEach(positions, async (position) => {
    const variables = jsonOf(await position.variables(await position.twin()));
    const request = `{"query":${JSON.stringify(position.document)},"variables":${variables}}`;
    const { body } = await send(served, position, request);
    const [error] = body.errors ?? [];
    if (error && !OF_THE_DOMAIN.has(error.extensions.code))
      refused.push(`${position.label} ${variables}: ${JSON.stringify(error)}`);
  });
  expect(refused).toEqual([]);
});

// Last, since it changes what twins build upon.
test("what a mutation may take by a hostile text does no harm", PATIENCE, async () => {
  expect(await problemsWith(attempts.filter((each) => each.may && !isRead(each)))).toEqual([]);
});

test("nothing of what was refused is in the log, no object is polluted, and the server answers", async () => {
  expect(served.log()).not.toContain(CANARY);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  expect((await served.query("{models(first:1){totalCount}}")).status).toBe(200);
});
