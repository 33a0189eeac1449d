import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { limitsOf } from "../../src/http/limits/limits.js";
import { CheckedOperation, OperationGuard } from "../../src/http/operations/operation-guard.js";
import { rocasSchema } from "../../src/schema.js";
import { readSettings } from "../../src/settings.js";

const STORY = "src/http/graphiql/story";
const names = readdirSync(STORY).flatMap((file) => (file.endsWith(".graphql") ? [file.replace(".graphql", "")] : []));

let guard: OperationGuard;
beforeAll(async () => {
  const { schema } = await rocasSchema();
  guard = new OperationGuard(schema, limitsOf(readSettings({})));
});

const variablesOf = (name: string): Record<string, unknown> =>
  readdirSync(STORY).includes(`${name}.json`)
    ? (JSON.parse(readFileSync(join(STORY, `${name}.json`), "utf8")) as Record<string, unknown>)
    : {};

test.each(names)("the tab %s fits the schema and its limits", (name) => {
  const query = readFileSync(join(STORY, `${name}.graphql`), "utf8");
  expect(guard.check({ query, variables: variablesOf(name) })).toBeInstanceOf(CheckedOperation);
});
