import { createSourceEventStream, parse } from "graphql";
import { expect, test } from "vitest";
import { SeededRandom } from "../../packages/embedded-store/test/support/seeded-random.js";
import { requestContext } from "../../src/request-context.js";
import { buildAgain, builtProject, imageId } from "../support/built-project.js";
import { openTestApp, type TestApp } from "../support/open-test-app.js";
import { openEventExecutors } from "./support/event-executors.js";
import { RandomQueries } from "./support/random-queries.js";
import { differencesOf } from "./support/same-answers.js";
import { storedWords } from "./support/stored-words.js";

const SEED = Number(process.env["ROCAS_TEST_SEED"] ?? 1);
const SUBSCRIPTIONS = 60;
const PATIENCE = { timeout: 300_000 };

/** The first events of a field of `Subscription`. @param act is done once the subscription has begun. */
async function eventsOf(app: TestApp, field: string, count: number, act = () => Promise.resolve<unknown>(null)) {
  const document = parse(`subscription { ${field} { __typename } }`);
  const contextValue = requestContext(app.app, { name: "local" });
  const stream = await createSourceEventStream({ schema: app.schema, document, contextValue });
  if (!(Symbol.asyncIterator in stream)) throw new Error(stream.errors?.join());
  const iterator = stream[Symbol.asyncIterator]();
  const first = iterator.next();
  await act();
  const events = [(await first).value];
  while (events.length < count) events.push((await iterator.next()).value);
  await iterator.return?.(undefined);
  return events;
}

/** The differences between the answers of both executors to random subscriptions, for each of the events. */
async function differencesIn(app: TestApp, field: string, events: readonly unknown[]): Promise<string> {
  await using executors = await openEventExecutors(app);
  const queries = new RandomQueries(app.schema, new SeededRandom(SEED), await storedWords(app));
  const found: string[] = [];
  for (let sent = 0; sent < SUBSCRIPTIONS; sent += 1) {
    const { query, variables } = queries.subscription(field);
    for (const event of events) {
      const theirs = await executors.answer("graphql-js", query, variables[0]!, event);
      const ours = await executors.answer("compiled", query, variables[0]!, event);
      if (!ours || !theirs) continue;
      const differences = differencesOf(ours, theirs);
      if (differences.length > 0) found.push([query, JSON.stringify(variables[0]), ...differences].join("\n"));
    }
  }
  return found.join("\n\n");
}

test(`both executors answer events of changed records alike (seed ${SEED})`, PATIENCE, async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const events = await eventsOf(app, "recordChanged", 7, async () => {
    const iris = { model, name: "iris", details: { 'q"uote': ["\u0001", 0.5] } };
    await app.seed.dataset(iris);
    await app.seed.dataset({ ...iris, files: [{ name: "other.csv", text: "1" }] });
    await app.seed.mutate("updateModel", "UpdateModelInput", { name: model, desc: "flowers" });
    const { name } = await app.seed.project({ models: [model] });
    await app.seed.mutate("deleteProject", "DeleteProjectInput", { name }, "id");
  });
  await app.settled();
  expect(await differencesIn(app, "recordChanged", events)).toBe("");
});

test(`both executors answer events of drift alike (seed ${SEED})`, PATIENCE, async () => {
  await using app = await openTestApp();
  const { proj } = await builtProject(app);
  const wanted = { proj: proj.name, tag: "latest", notebook: "predict.ipynb", replicas: 0 };
  await app.seed.mutate("deploy", "DeployInput", wanted);
  const events = await eventsOf(app, "driftDetected", 1, () => buildAgain(app.app, proj, imageId("2")));
  await app.settled();
  expect(await differencesIn(app, "driftDetected", events)).toBe("");
});

test(`both executors answer events of tasks and logs alike (seed ${SEED})`, PATIENCE, async () => {
  await using app = await openTestApp();
  const { proj } = await builtProject(app);
  const started = { proj: proj.name, notebook: "train.ipynb" };
  const { id } = await app.seed.mutate("startTraining", "StartTrainingInput", started);
  await app.settled();
  const tasks = `taskChanged(of: "${id}")`;
  expect(await differencesIn(app, tasks, await eventsOf(app, tasks, 1))).toBe("");
  await app.seed.mutate("cancelTraining", "CancelTrainingInput", { proj: proj.name, name: await nameOf(app, id) });
  await app.settled();
  const log = `log(of: "${id}")`;
  expect(await differencesIn(app, log, await eventsOf(app, log, 1))).toBe("");
});

async function nameOf(app: TestApp, id: string): Promise<string> {
  return (await app.execute(`{ node(id: "${id}") { ... on Training { name } } }`)).data.node.name as string;
}
