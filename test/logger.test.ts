import { ESLint } from "eslint";
import { expect, test } from "vitest";
import { openLogger } from "../src/logger.js";

function openLog() {
  const lines: Record<string, unknown>[] = [];
  const logger = openLogger("info", { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) });
  return { logger, lines };
}

test("an error is logged with its type, words, code and cause", () => {
  const { logger, lines } = openLog();
  const cause = Object.assign(new Error("no such file"), { code: "ENOENT" });

  logger.warn({ event: "trace_left", record: "tchest_1", err: new TypeError("not removed", { cause }) });

  expect(lines).toMatchObject([
    {
      event: "trace_left",
      record: "tchest_1",
      err: { type: "TypeError", message: "not removed", cause: { message: "no such file", code: "ENOENT" } },
    },
  ]);
});

test("an address in an error is logged without its password", () => {
  const { logger, lines } = openLog();

  logger.error({ event: "turn_failed", err: new Error("https://user:canary@host/x is not reached") });

  expect(lines).toMatchObject([{ err: { message: "https://***@host/x is not reached" } }]);
  expect(JSON.stringify(lines)).not.toContain("canary");
});

test.each([
  ['logger.warn({ event: "engine_away", job, err: error });', 0],
  ['app.logger.info({ event: "build_removed" });', 0],
  ['logger.error({ err: error }, "request failed");', 2],
  ['this.app.logger.error("request failed");', 1],
  ["logger.warn({ record, err: error });", 1],
  ["logger.warn({ event: `failed ${record}` });", 1],
  ['logger.warn({ event: "trace_left", error });', 1],
])("of %s lint refuses what is no event with fields", async (call, refused) => {
  const [result] = await new ESLint().lintText(`${call}\n`, { filePath: "src/retention/probe.ts" });

  expect(result!.messages.filter(({ ruleId }) => ruleId === "no-restricted-syntax")).toHaveLength(refused);
});
