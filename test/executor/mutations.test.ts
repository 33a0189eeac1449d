import { afterAll, beforeAll, expect, test } from "vitest";
import { EVERY_MUTATION, openWorld, type World } from "../support/every-mutation.js";
import { openTestApp, type TestApp } from "../support/open-test-app.js";
import { openTempFolder, type TempFolder } from "../support/temp-folder.js";
import { type BothExecutors, type Executor, openBothExecutors } from "./support/both-executors.js";
import { differencesOf, type ExecutorAnswer } from "./support/same-answers.js";

let home: TempFolder;
let app: TestApp;
let world: World;
let both: BothExecutors;
beforeAll(async () => {
  home = await openTempFolder();
  app = await openTestApp({ ROCAS_PROJECT_ROOTS: home.path });
  world = await openWorld(app, home.path);
  both = await openBothExecutors(app);
});
afterAll(async () => {
  await both[Symbol.asyncDispose]();
  await app[Symbol.asyncDispose]();
  await home[Symbol.asyncDispose]();
});

async function send(executor: Executor, query: string, variables: object): Promise<ExecutorAnswer> {
  const answer = await both.ask(executor, query, variables);
  if (!answer) throw new Error(`The checks refuse ${query}`);
  return JSON.parse(withoutNames(JSON.stringify(answer))) as ExecutorAnswer;
}

/** Removes what differs from one record to the next: ids, times, numbers in names, and tickets. */
const withoutNames = (json: string): string =>
  json
    .replace(/_[0-9a-hjkmnp-tv-z]{26}/g, "_ID")
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME")
    .replace(/\b([a-z]+-|n)\d+\b/g, "$1N")
    .replace(/\b[a-z]+-[a-z]+\b/g, "a-name");

const documentOf = (name: string, fields: string): string =>
  `mutation ($input: ${name.charAt(0).toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { ${fields} } }`;

test.each(Object.entries(EVERY_MUTATION))("both executors answer %s alike, and its refusal", async (name, row) => {
  const query = documentOf(name, `__typename ${row.fields}`);
  const inputs = [await row.input(world), await row.input(world)];
  const ours = await send("compiled", query, { input: inputs[0] });
  const theirs = await send("graphql-js", query, { input: inputs[1] });
  expect(theirs.errors).toEqual([]);
  expect(differencesOf(ours, theirs)).toEqual([]);

  const again = [await send("compiled", query, { input: inputs[0] })];
  again.push(await send("graphql-js", query, { input: inputs[1] }));
  expect(differencesOf(again[0]!, again[1]!)).toEqual([]);
});

test("both executors do the mutations of a document in turn, and stop at one that fails", async () => {
  const made = async (executor: Executor, prefix: string) => {
    const create = (alias: string, name: string) =>
      `${alias}: createModel(input: { name: "${prefix}${name}" }) { name createdBy }`;
    const before = create("a", "a");
    const answer = await send(executor, `mutation { ${before} ${create("b", "a")} ${create("c", "c")} }`, {});
    const { data } = await app.execute(`{ models(filter: { name: { startsWith: "${prefix}" } }) { nodes { name } } }`);
    return { answer, count: data.models.nodes.length as number };
  };

  const [ours, theirs] = [await made("compiled", "ours"), await made("graphql-js", "theirs")];

  expect(differencesOf(ours.answer, theirs.answer)).toEqual([]);
  expect(ours.count).toBe(theirs.count);
});
