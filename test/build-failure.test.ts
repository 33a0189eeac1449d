import { expect, test } from "vitest";
import { describeFailure } from "../src/builds/build-failure.js";
import { openWork } from "./support/open-work.js";

const ENGINE = "The command '/bin/sh -c pip install nosuch' returned a non-zero code: 1";

test.each([
  [
    "pip",
    "ERROR: No matching distribution found for nosuch",
    "Collecting nosuch\nERROR: Could not find a version\nERROR: No matching distribution found for nosuch\n[notice] A new release of pip is available\n[notice] To update, run: pip error",
  ],
  ["apt", "E: Unable to locate package nosuch", "Reading package lists...\nE: Unable to locate package nosuch"],
  [
    "Python",
    "ModuleNotFoundError: No module named 'x'",
    "Traceback (most recent call last):\n  File \"a.py\", line 1\n    import x\nModuleNotFoundError: No module named 'x'\nRemoving intermediate container 1234",
  ],
  ["a command without such words", "that is all", "one\n ---> Running in 0123\nthat is all"],
  ["a command that wrote nothing", ENGINE, ""],
])("the failure of %s begins with its reason, and its log follows", (_, reason, output) => {
  const log = `Step 2/3 : RUN apt-get install x\nerror: of an earlier step\nStep 3/3 : RUN x\n ---> Running in 0123\n${output}\n\n${ENGINE}`;

  const error = describeFailure(log, ENGINE);

  expect(error.split("\n")[0]).toBe(reason);
  expect(error).toContain(ENGINE);
});

test("what the builder itself refuses comes first, and what Rocas refuses stands alone", async () => {
  await using work = await openWork();
  await work.project();
  work.local.files = { Dockerfile: "FROM python:3\nFLY away\n" };
  const failing = await work.build();
  await work.settled();
  work.local.files = null;
  const absent = await work.build();
  await work.settled();

  const errors = await Promise.all([failing, absent].map(async ({ _id }) => (await work.buildOf(_id)).task.error));
  expect(errors[0]).toMatch(/^dockerfile parse error: unknown instruction: FLY\n/);
  expect(errors[1]).toBe("There is no such folder.");
});

test("no image is older than the start of its task", async () => {
  await using work = await openWork();
  await work.project();

  const { _id } = await work.build();
  await work.settled();

  const { bvers, task } = await work.buildOf(_id);
  expect(bvers!.built_at!.getTime()).toBeGreaterThanOrEqual(task.start_time!.getTime());
});
