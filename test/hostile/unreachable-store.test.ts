import { expect, test } from "vitest";
import { openWay } from "./support/cuttable-store.js";
import { openServed, type Served } from "./support/open-served.js";

const uri = process.env["MONGODB_URI"];
const INTERNALS =
  /mongodb:|mongoose|node_modules|ECONN|at \/|\.js:|127\.0\.0\.1|topology|pool|\.sock|server selection/i;
const REQUESTS = [
  `{ models { totalCount } }`,
  `{ model(name: "iris") { versions { nodes { name } } } }`,
  `{ node(id: "model_00000000000000000000000000") { id } }`,
  `mutation { createModel(input: { name: "iris" }) { id } }`,
  `mutation { deleteModel(input: { name: "iris" }) { done } }`,
  `query { _entities(representations: [{ __typename: "Model", name: "iris" }]) { __typename } }`,
];

async function expectUnavailable(served: Served): Promise<void> {
  const answers = await Promise.all(REQUESTS.map((each) => served.query(each)));
  for (const { body, text } of answers) {
    expect(body.errors[0].extensions.code, text).toBe("STORE_UNAVAILABLE");
    expect(body.errors[0].extensions.id, text).toMatch(/^[0-9a-f-]{36}$/);
    expect(text).not.toMatch(INTERNALS);
  }
}

test.skipIf(!uri)(
  "a MongoDB that is cut off is reported without a word of its own, and found again",
  async () => {
    await using way = await openWay(uri!);
    await using served = await openServed({ MONGODB_URI: way.uri });
    expect((await served.query(REQUESTS[0]!)).body.errors).toBeUndefined();

    await way.cut();
    await expectUnavailable(served);

    await way.mend();
    const answers = async () => (await served.query(REQUESTS[0]!)).body.errors?.length ?? 0;
    await expect.poll(answers, { timeout: 25_000, interval: 500 }).toBe(0);
  },
  120_000,
);

test("a store whose connection has been closed is reported without a word of its own", async () => {
  await using served = await openServed();
  expect((await served.query(REQUESTS[0]!)).body.errors).toBeUndefined();

  await served.app.app.store.connection.getClient().close(true);
  await expectUnavailable(served);
});
