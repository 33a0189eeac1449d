import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { cancelBuild } from "../../src/builds/build-project.js";
import type { BuilderChoice } from "../../src/runtime/docker/docker-image-builder.js";
import { describeWithDocker, engineBuilders, ensureBaseImage } from "./support/engine.js";
import { ON_BOARD, openDockerWork } from "./support/open-docker-work.js";

const TIME = { timeout: 120_000 };
const fresh = () => randomBytes(6).toString("hex");

/** Work on a project whose builds BuildKit does, on any engine that has it. */
async function openBuilds(builder: BuilderChoice = "buildkit") {
  const work = await openDockerWork({ builder });
  await work.project({ home_dir: work.homeDir });
  return Object.assign(work, {
    async built(Dockerfile: string) {
      await work.write({ Dockerfile });
      const { _id } = await work.build();
      await work.settled();
      const { task, bvers } = await work.buildOf(_id);
      return { task, bvers, log: await work.logOf(_id) };
    },
  });
}

describeWithDocker("builds with BuildKit", () => {
  beforeAll(ensureBaseImage, 300_000);

  test("the log has the steps with their output and times, and says what came from the cache", TIME, async () => {
    await using work = await openBuilds();
    const dockerfile = `${ON_BOARD}RUN echo made ${fresh()}; printf 'no line end'\n`;

    const first = await work.built(dockerfile);
    const second = await work.built(dockerfile);

    expect(first.task).toMatchObject({ state: "FINISHED", progress: 1, error: null });
    expect(first.log).toMatch(/^\[2\/2\] RUN echo made (\w+);.*\nmade \1\nno line end\n\[2\/2\] done in \d+\.\d s\n/m);
    expect(first.log).toMatch(/^exporting to image\n/m);
    expect(first.log).not.toMatch(/\[internal\] load (?!metadata)/);
    expect(second.log).toMatch(/^CACHED \[2\/2\] RUN echo made/m);
    expect(second.bvers!.docker_id).toBe(first.bvers!.docker_id);
  });

  test("a command that fails is named with its code, below what it said", TIME, async () => {
    await using work = await openBuilds();

    const { task } = await work.built(`${ON_BOARD}RUN echo no such wheel ${fresh()} >&2; exit 7\n`);

    expect(task.state).toBe("FAILED");
    expect(task.error).toMatch(
      /^no such wheel \w+\n[^]*\nThe command '\/bin\/sh -c echo no such wheel \w+ >&2; exit 7' returned a non-zero code: 7$/,
    );
  });

  test("a stage that fails while others write comes last, with its own words", TIME, async () => {
    await using work = await openBuilds();
    const other = `RUN for i in 1 2 3 4 5 6 7 8 9; do echo other ${fresh()} $i; sleep 0.3; done; touch /other\n`;
    const failing = `RUN echo fatal: of this stage; sleep 1.5; exit 9; echo ${fresh()}\n`;

    const { task, log } = await work.built(
      `${ON_BOARD.replace("\n", " AS other\n")}${other}${ON_BOARD}${failing}COPY --from=other /other /other\n`,
    );

    expect(task.error).toMatch(/^fatal: of this stage\n/);
    expect(log).toMatch(/\n\[stage-1 2\/3\] RUN echo fatal[^\n]*\nfatal: of this stage\n\nThe command [^]*code: 9\n$/);
  });

  for (const [what, instruction, error] of [
    ["a file that is not there", "COPY nothere /x", /^\[2\/2\] COPY nothere \/x: .*"\/nothere".* not found/],
    ["an unknown instruction", "FLY away", /^dockerfile parse error (?:on )?line 3: unknown instruction: FLY/],
  ] as const)
    test(`${what} fails the build in words that name it`, TIME, async () => {
      await using work = await openBuilds();

      const { task } = await work.built(`${ON_BOARD}${instruction}\n`);

      expect(task.state).toBe("FAILED");
      expect(task.error).toMatch(error);
    });

  test(
    "mounts, modes and the engine's machine are BuildKit's, also where the engine prefers the other",
    TIME,
    async () => {
      await using work = await openBuilds("auto");
      await work.write({ "run.sh": "#!/bin/sh\necho ran\n" });

      const { task, log } = await work.built(
        `${ON_BOARD}ARG TARGETARCH\nCOPY --chmod=755 run.sh /run.sh\nRUN --mount=type=cache,target=/kept date > /kept/x; /run.sh; echo on $TARGETARCH. ${fresh()}\n`,
      );

      expect(task).toMatchObject({ state: "FINISHED", error: null });
      expect(log).toMatch(/^ran\non [a-z0-9]+\. \w+$/m);
    },
  );

  test.skipIf(!engineBuilders.includes("BUILDKIT"))("a here-document is carried out, and links are", TIME, async () => {
    await using work = await openBuilds("auto");
    const files = `COPY --link <<one.txt <<two.txt /texts/\n1\none.txt\n2\ntwo.txt\n`;

    const { task, log } = await work.built(`${ON_BOARD}${files}RUN <<EOF\ncat /texts/*\necho ${fresh()}\nEOF\n`);

    expect(task).toMatchObject({ state: "FINISHED", error: null });
    expect(log).toMatch(/^1\n2\n\w+$/m);
  });

  test.skipIf(engineBuilders.includes("BUILDKIT"))("a here-document is refused by name and line", TIME, async () => {
    await using work = await openBuilds("auto");

    const { task } = await work.built(`${ON_BOARD}RUN <<EOF\ntrue\nEOF\n`);

    expect(task.state).toBe("FAILED");
    expect(task.error).toMatch(/BuildKit of Docker 23 and later.*line 3: RUN with a here-document/);
  });

  test("a cancelled build ends its command on the engine, too", TIME, async () => {
    await using work = await openBuilds();
    const mark = `4${Date.now()}`;
    await work.write({ Dockerfile: `${ON_BOARD}RUN sleep ${mark}\n` });
    const sleeping = () => execFileSync("ps", ["-eo", "args"], { encoding: "utf8" }).includes(`sleep ${mark}`);
    const { _id } = await work.build();
    await expect.poll(sleeping, { timeout: 60_000 }).toBe(true);

    await cancelBuild(work.app, work.by("cancelBuild", {}), { id: _id });
    await work.settled();

    expect((await work.buildOf(_id)).task.state).toBe("CANCELLED");
    await expect.poll(sleeping, { timeout: 30_000 }).toBe(false);
  });
});
