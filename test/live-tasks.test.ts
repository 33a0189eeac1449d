import { expect, test } from "vitest";
import { openTestApp, type TestApp } from "./support/open-test-app.js";
import { subscribed } from "./support/subscribed.js";

const OF = /* GraphQL */ `
  subscription Of($of: ID!) {
    taskChanged(of: $of) {
      recordId
      type
      version
      ended
      task {
        state
        progress
      }
      record {
        id
      }
    }
  }
`;
const BUILD = /* GraphQL */ `
  mutation Build($input: BuildProjectInput!) {
    buildProject(input: $input) {
      id
    }
  }
`;

const follow = (app: TestApp, document: string, variableValues: Record<string, unknown>) =>
  subscribed(app.app, app.schema, { source: document, variableValues });

test("a build is told as it is and then to its end", async () => {
  await using app = await openTestApp();
  const proj = await app.seed.project({ dockerRepo: "nowhere/none" });
  const { data } = await app.execute(BUILD, { input: { proj: proj.name, tag: "latest", from: "PRE_BUILT" } });
  const heard = await follow(app, OF, { of: data.buildProject.id }).begun();
  await app.settled();
  const all = await heard.take(100);
  expect(all.at(-1)?.data.taskChanged.ended).toBe(true);
  expect(app.app.live.subscriptions).toBe(0);
});
