import { expect, test } from "vitest";
import { sweepGenerations } from "../src/retention/sweep-generations.js";
import { ON_BOARD, openWork } from "./support/open-work.js";

const DAY_MS = 24 * 60 * 60 * 1000;

/** Work on a project with this policy; `built` builds and gives the id, once it has ended. */
async function openBuilds(keep_last: number | null, keep_days: number | null) {
  const work = await openWork();
  await work.project({ retention: { keep_last, keep_days } });
  return Object.assign(work, {
    async built(dockerfile = ON_BOARD.Dockerfile, tag = "latest") {
      work.local.files = { Dockerfile: dockerfile };
      const { _id } = await work.build({ tag });
      await work.settled();
      return _id;
    },
    left: async () =>
      (await work.store.builds.find({ superseded: false }).sort({ _id: 1 }).lean()).map(({ _id }) => _id),
  });
}
test("builds that failed, and those whose build version went, go by the policy of the project", async () => {
  await using work = await openBuilds(1, null);
  const first = await work.built();
  const bad = await work.built("FROM python:3\nRUN exit 1\n");
  const other = await work.built("FROM python:3\nRUN exit 1\n", "other");
  const last = await work.built(`${ON_BOARD.Dockerfile}LABEL n=2\n`);

  await sweepGenerations(work.app);

  expect(await work.left()).toEqual([other, last]);
  expect(await work.store.logs.countDocuments({ job: { $in: [first, bad] } })).toBe(0);
  expect(await work.store.jobs.countDocuments({ _id: { $in: [first, bad] } })).toBe(0);
});

test("the build of a build version that is there stays, however many came after it", async () => {
  await using work = await openBuilds(1, null);
  const good = await work.built();
  const bad = [await work.built("FROM x\n"), await work.built("FROM x\n")];

  await sweepGenerations(work.app);

  expect(await work.left()).toEqual([good, bad[1]]);
  expect(await work.store.buildVersions.countDocuments({ superseded: false })).toBe(1);
});

test("builds that are younger than the days of the policy stay", async () => {
  await using work = await openBuilds(null, 7);
  const [old, young] = [await work.built("FROM x\n"), await work.built("FROM x\n")];
  await work.store.builds.collection.updateOne({ _id: old } as object, {
    $set: { created_at: new Date(Date.now() - 8 * DAY_MS) },
  });

  await sweepGenerations(work.app);

  expect(await work.left()).toEqual([young]);
});

test("a build under way stays, whatever its age", async () => {
  await using work = await openBuilds(null, 1);
  await work.stop();
  const { _id } = await work.build();
  await work.store.builds.collection.updateOne({ _id } as object, { $set: { created_at: new Date(0) } });

  await sweepGenerations(work.app);

  expect(await work.left()).toEqual([_id]);
});
