import { expect, test } from "vitest";
import { builtProject } from "./support/built-project.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";
import { PlayedContainer } from "./support/played-container.js";

const START = /* GraphQL */ `
  mutation Start($input: StartTrainingInput!) {
    startTraining(input: $input) {
      id
    }
  }
`;

async function claimed(app: TestApp) {
  const { proj } = await builtProject(app);
  const { data } = await app.execute(START, { input: { proj: proj.name, notebook: "train.ipynb" } });
  await app.settled();
  const id = data.startTraining.id as string;
  const container = PlayedContainer.of(app.runtime.running(id)[0]!);
  await container.claim();
  return { id, container };
}

test("what ran of a training is kept while its cancelled container ends, and not after", async () => {
  await using app = await openTestApp();
  const { id, container } = await claimed(app);
  const { jobs } = app.app.store;

  await jobs.updateOne({ _id: id }, { $set: { desired: "CANCEL" } });
  const kept = await container.send("PUT", "/output", '{"cells": []}');
  await jobs.updateOne({ _id: id }, { $set: { cleanup: "DONE" } });
  const late = await container.send("PUT", "/output", '{"cells": []}');

  expect([kept.status, late.status]).toEqual([200, 409]);
});

test("the cell of an error is the one that Jupyter shows", async () => {
  await using app = await openTestApp();
  const { id, container } = await claimed(app);

  await container.complete({ ok: false, error: { name: "NameError", message: "no x", cell: 3 } });
  await app.settled();

  const { data } = await app.execute(`{ node(id: "${id}") { ... on Training { task { error } } } }`);
  expect(data.node.task.error).toBe("NameError: no x (cell 3)");
});
