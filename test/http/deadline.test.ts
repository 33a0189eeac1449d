import type { FormattedExecutionResult } from "graphql";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openLive } from "./support/open-live.js";

let live: Awaited<ReturnType<typeof openLive>>;
beforeAll(async () => {
  live = await openLive({ ROCAS_DEADLINE_MS: "1000" });
});
afterAll(() => live[Symbol.asyncDispose]());

type Ask = (query: string) => Promise<FormattedExecutionResult>;

async function firstOf(results: AsyncIterableIterator<unknown>): Promise<FormattedExecutionResult> {
  const { value } = await results.next();
  await results.return?.();
  return value as FormattedExecutionResult;
}

const WAYS: readonly (readonly [string, Ask])[] = [
  [
    "HTTP",
    async (query) => {
      const headers = { "content-type": "application/json" };
      const answer = await fetch(`${live.url}/graphql`, { method: "POST", headers, body: JSON.stringify({ query }) });
      expect(answer.status).toBe(200);
      return (await answer.json()) as FormattedExecutionResult;
    },
  ],
  ["a WebSocket", (query) => firstOf(live.client().iterate({ query }))],
  ["server-sent events", (query) => firstOf(live.streamClient().iterate({ query }))],
];

test.each(WAYS)("a query by %s ends at its deadline", async (_way, ask) => {
  const { data, errors } = await ask("{slow(ms:600000)}");
  expect(data).toBeNull();
  expect(errors).toMatchObject([
    { message: expect.stringMatching(/longer than 1000 ms/), extensions: { code: "LIMIT_EXCEEDED" } },
  ]);
  expect(errors![0]!.extensions!["id"]).toMatch(/^[0-9a-f-]{36}$/);
});

test.each(WAYS)("a query by %s that is quicker is answered", async (_way, ask) => {
  expect(await ask("{slow(ms:1)}")).toEqual({ data: { slow: "done" } });
});

test.each(WAYS)("a mutation by %s is waited for: its client must learn what was done", async (_way, ask) => {
  const before = live.graph.planted;
  expect(await ask("mutation{plantSlowly(ms:2500)}")).toEqual({ data: { plantSlowly: before + 1 } });
});

test("an event of a subscription has the time of a query, and the subscription none", async () => {
  const events = live.client().iterate<{ followed: string }>({ query: "subscription{followed}" });
  const first = events.next();
  await expect.poll(() => live.graph.followed.size).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  for (const each of live.graph.followed) each.publish("late");
  expect((await first).value).toEqual({ data: { followed: "late" } });
  await events.return?.();
});
