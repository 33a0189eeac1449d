import { expect, test } from "vitest";
import { BuiltFrom } from "../src/builds/build-version.js";
import { changeRecord } from "../src/store/change-record.js";
import { openWork } from "./support/open-work.js";

test("a build from where the project is not says what to set", async () => {
  await using work = await openWork();
  await work.project();

  await expect(work.build({ from: BuiltFrom.GIT })).rejects.toMatchObject({
    code: "BAD_USER_INPUT",
    message: expect.stringContaining("has no `gitRepo`: set it with updateProject"),
  });
});

test("a tag that is one of Rocas' own is refused", async () => {
  await using work = await openWork();
  await work.project();

  const build = work.build({ tag: "bvers_01arz3ndektsv4rrffq69g5fav" });

  await expect(build).rejects.toMatchObject({ code: "BAD_USER_INPUT", inputPath: ["input", "tag"] });
});

test("a missing project or chest is named", async () => {
  await using work = await openWork();

  await expect(work.build({ proj: "nowhere" })).rejects.toMatchObject({
    code: "NOT_FOUND",
    inputPath: ["input", "proj"],
  });
  await work.project({ git_repo: "https://git.example/iris" });
  const build = work.build({ from: BuiltFrom.GIT, chest: "none" });

  await expect(build).rejects.toMatchObject({ code: "NOT_FOUND", inputPath: ["input", "chest"] });
});

test("nothing is built of a project that is being deleted", async () => {
  await using work = await openWork();
  const project = await work.project();
  await changeRecord(work.store.projects, project._id, () => ({ deleting: true }), work.by("deleteProject", {}));

  await expect(work.build()).rejects.toMatchObject({ code: "CONFLICT" });
});

test("a repeat of a build with its idempotency key is the same build", async () => {
  await using work = await openWork();
  await work.project();

  const first = await work.build({ idempotencyKey: "nightly-7" });
  const second = await work.build({ idempotencyKey: "nightly-7" });

  expect(second._id).toBe(first._id);
});
