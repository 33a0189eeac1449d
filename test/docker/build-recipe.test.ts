import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { BuildProjectInput } from "../../src/builds/build.inputs.js";
import { BASE_IMAGE, describeWithDocker, dockerCommand, ensureBaseImage } from "./support/engine.js";
import { openDockerWork } from "./support/open-docker-work.js";

const fresh = () => randomBytes(6).toString("hex");

/** Two stages in a Dockerfile of another name, in a folder that `.dockerignore` names. */
async function openStages(builder: "classic" | "buildkit") {
  const work = await openDockerWork({ builder });
  await work.project({ home_dir: work.homeDir });
  await mkdir(join(work.homeDir, "docker"));
  await work.write({
    ".dockerignore": "docker\n",
    "docker/train.Dockerfile": `ARG BASE\nFROM $BASE AS one\nARG COLOUR=none\nLABEL n=${fresh()} colour=$COLOUR stage=one\nFROM one AS two\nLABEL stage=two\n`,
  });
  return Object.assign(work, {
    async built(fields: Partial<BuildProjectInput>) {
      const args = [
        { name: "BASE", value: BASE_IMAGE },
        { name: "COLOUR", value: "deep green" },
      ];
      const { _id } = await work.build({ dockerfile: "docker/train.Dockerfile", args, ...fields });
      await work.settled();
      return work.buildOf(_id);
    },
  });
}

describeWithDocker("a build with a Dockerfile, a stage and arguments of its own", () => {
  beforeAll(ensureBaseImage, 300_000);

  for (const builder of ["classic", "buildkit"] as const) {
    test(`becomes that stage (${builder})`, { timeout: 120_000 }, async () => {
      await using work = await openStages(builder);

      const { task, bvers } = await work.built({ target: "one" });

      expect(task).toMatchObject({ state: "FINISHED", error: null });
      const labels = dockerCommand(
        "inspect",
        "-f",
        "{{.Config.Labels.colour}} {{.Config.Labels.stage}}",
        bvers!.docker_id!,
      );
      expect(labels).toBe("deep green one");
      const [version] = await work.store.buildVersions.find().lean();
      expect(version).toMatchObject({
        dockerfile: "docker/train.Dockerfile",
        target: "one",
        build_args: [
          { name: "BASE", value: BASE_IMAGE },
          { name: "COLOUR", value: "deep green" },
        ],
      });
    });

    test(`fails if there is no such stage (${builder})`, { timeout: 120_000 }, async () => {
      await using work = await openStages(builder);

      const { task } = await work.built({ target: "three" });

      expect(task.state).toBe("FAILED");
      expect(task.error).toContain("three");
    });

    test(`fails if there is no such Dockerfile (${builder})`, { timeout: 120_000 }, async () => {
      await using work = await openStages(builder);

      const { task } = await work.built({ dockerfile: "docker/other.Dockerfile" });

      expect(task.error).toMatch(/has no file \S*docker\/other\.Dockerfile\S*, which the build names/);
    });
  }
});
