import { beforeAll, expect, test } from "vitest";
import { BuiltFrom } from "../../src/builds/build-version.js";
import { noteUnneededTags, removeTagsOf } from "../../src/builds/remove-unneeded-tags.js";
import { newId } from "../../src/graph/id.js";
import { describeWithDocker, ensureBaseImage } from "./support/engine.js";
import { ON_BOARD, openDockerWork } from "./support/open-docker-work.js";
import { serveRepository } from "./support/serve-repository.js";

const SECONDS = 120_000;

describeWithDocker("what nobody changed", () => {
  beforeAll(ensureBaseImage, 300_000);

  test(
    "a rebuild has the image id of the build before, and one version's end leaves the other's image",
    { timeout: SECONDS },
    async () => {
      await using work = await openDockerWork();
      const project = await work.project({ home_dir: work.homeDir });
      const other = await work.project({ _id: newId("project"), key: "other", name: "other", home_dir: work.homeDir });
      await work.write({ Dockerfile: `${ON_BOARD}COPY . /project\nRUN date +%N > /when\n`, "a.txt": "a" });

      const builds = [];
      for (const asked of [{}, { tag: "v2" }, { proj: "other" }]) {
        builds.push(await work.build(asked));
        await work.settled();
      }

      const records = await Promise.all(builds.map(({ _id }) => work.buildOf(_id)));
      const ids = records.map(({ bvers }) => bvers!.docker_id);
      expect(new Set(ids).size).toBe(1);
      const [first] = await work.store.buildVersions.find({ build: builds[0]!._id }).lean();
      await noteUnneededTags(work.app, first!);
      await removeTagsOf(work.app, first!);
      expect(new Set(Object.values(work.images(project._id)))).toEqual(new Set([ids[0]]));
      expect(new Set(Object.values(work.images(other._id)))).toEqual(new Set([ids[0]]));
    },
  );

  test("GIT and LOCAL of one commit are one image", { timeout: SECONDS }, async () => {
    await using repository = await serveRepository();
    const files = {
      Dockerfile: `${ON_BOARD}COPY . /project\n`,
      "train.ipynb": `${Date.now()}`,
      "run.sh": "#!/bin/sh\n",
    };
    await repository.commit(files);
    await using work = await openDockerWork({ gitOrigins: [repository.origin] });
    await work.project({ git_repo: repository.url, home_dir: work.homeDir });
    await work.write(files);

    const local = await work.build();
    await work.settled();
    const builds = [local, await work.build({ from: BuiltFrom.GIT, tag: "git" })];
    await work.settled();

    const records = await Promise.all(builds.map(({ _id }) => work.buildOf(_id)));
    expect(records.map(({ task }) => task.error)).toEqual([null, null]);
    expect(records[0]!.bvers!.docker_id).toBe(records[1]!.bvers!.docker_id);
  });
});
