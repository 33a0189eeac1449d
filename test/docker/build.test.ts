import { beforeAll, expect, test } from "vitest";
import { BuiltFrom } from "../../src/builds/build-version.js";
import { describeWithDocker, dockerCommand, ensureBaseImage } from "./support/engine.js";
import { ON_BOARD, openDockerWork } from "./support/open-docker-work.js";
import { openRegistry } from "./support/registry.js";
import { serveRepository } from "./support/serve-repository.js";

const SECONDS = 120_000;
const SECRET = { username: "ann", password: "correct-horse-battery" };

describeWithDocker("builds with Docker", () => {
  beforeAll(ensureBaseImage, 300_000);

  test(
    "a rebuilt tag moves the human tag, and every version keeps an image of its own",
    { timeout: SECONDS },
    async () => {
      await using work = await openDockerWork();
      const project = await work.project({ home_dir: work.homeDir });
      await work.write({ Dockerfile: `${ON_BOARD}RUN echo one > /one\n` });
      const first = await work.build();
      await work.settled();
      await work.write({ Dockerfile: `${ON_BOARD}RUN echo two > /two\n` });
      const second = await work.build();
      await work.settled();

      const [one, two] = await Promise.all([first, second].map(async ({ _id }) => (await work.buildOf(_id)).bvers!));
      expect(work.images(project._id)).toEqual({
        [one!._id]: one!.docker_id,
        [two!._id]: two!.docker_id,
        latest: two!.docker_id,
      });
      expect(one!.docker_id).not.toBe(two!.docker_id);
      const versions = await work.store.buildVersions.find().sort({ seq: 1 }).lean();
      expect(versions.map(({ superseded }) => superseded)).toEqual([true, false]);
      expect(await work.logOf(first._id)).toMatch(/^(?:Step 3\/3 : |\[2\/2\] )RUN echo one/m);
    },
  );

  test("a failing Dockerfile says what it said, and leaves the good version", { timeout: SECONDS }, async () => {
    await using work = await openDockerWork();
    const project = await work.project({ home_dir: work.homeDir });
    await work.write({ Dockerfile: ON_BOARD });
    await work.build();
    await work.settled();
    const before = work.images(project._id);
    await work.write({ Dockerfile: `${ON_BOARD}RUN echo no such wheel >&2; exit 7\n` });

    const { _id } = await work.build();
    await work.settled();

    const { task } = await work.buildOf(_id);
    expect(task.state).toBe("FAILED");
    expect(task.error).toMatch(/^no such wheel\n[^]*returned a non-zero code: 7$/);
    expect(work.images(project._id)).toEqual(before);
  });

  test("a platform that is not the engine's is refused, its own is built for", { timeout: SECONDS }, async () => {
    await using work = await openDockerWork();
    await work.project({ home_dir: work.homeDir });
    const [own, other] = [dockerCommand("version", "--format", "{{.Server.Os}}/{{.Server.Arch}}"), "linux/s390x"];
    await work.write({ Dockerfile: ON_BOARD.replace("FROM", `FROM --platform=${own}`) });
    const first = await work.build();
    await work.settled();
    await work.write({ Dockerfile: ON_BOARD.replace("FROM", `FROM --platform=${other}`) });
    const second = await work.build();
    await work.settled();

    const [good, bad] = await Promise.all([first, second].map(({ _id }) => work.buildOf(_id)));
    expect(good!.task).toMatchObject({ state: "FINISHED" });
    expect(bad!.task.state).toBe("FAILED");
    expect(bad!.task.error).toContain(`line 1: FROM --platform=${other}; the engine builds for ${own} alone`);
  });

  test(
    "a build from a repository behind a password records its commit and leaks no secret",
    { timeout: SECONDS },
    async () => {
      await using repository = await serveRepository(SECRET);
      const commit = await repository.commit({ Dockerfile: `${ON_BOARD}COPY . /project\n`, "train.ipynb": "{}" });
      await using work = await openDockerWork({ gitOrigins: [repository.origin] });
      await work.project({ git_repo: repository.url });
      await work.chest("git", SECRET);

      const { _id } = await work.build({ from: BuiltFrom.GIT, ref: "main", chest: "git" });
      await work.settled();

      const build = await work.buildOf(_id);
      expect(build.task.error).toBeNull();
      expect(build.bvers).toMatchObject({ git_version: commit, git_dirty: false, built_from: "git" });
      const image = build.bvers!.docker_id!;
      const seen = [
        dockerCommand("inspect", image),
        dockerCommand("history", "--no-trunc", image),
        await work.logOf(_id),
      ];
      expect(JSON.stringify([seen, build, await work.jobOf(_id)])).not.toContain(SECRET.password);
    },
  );

  test("a wrong password is a failure in words that do not hold it", { timeout: SECONDS }, async () => {
    await using repository = await serveRepository(SECRET);
    await repository.commit({ Dockerfile: ON_BOARD });
    await using work = await openDockerWork({ gitOrigins: [repository.origin] });
    await work.project({ git_repo: repository.url });
    await work.chest("git", { ...SECRET, password: "wrong-horse-battery" });

    const { _id } = await work.build({ from: BuiltFrom.GIT, chest: "git" });
    await work.settled();

    const { task } = await work.buildOf(_id);
    expect(task.state).toBe("FAILED");
    expect(task.error).not.toContain("wrong-horse-battery");
  });

  test(
    "a registry behind a password gets the image, and gives it back as a pre-built one",
    { timeout: SECONDS },
    async () => {
      await using registry = await openRegistry(SECRET);
      await using work = await openDockerWork({ registry: `${registry.address}/rocas` });
      const project = await work.project({ home_dir: work.homeDir, docker_repo: "unset.example/x" });
      await work.chest("registry", SECRET);
      await work.write({ Dockerfile: `${ON_BOARD}RUN date +%N > /when\n` });
      const built = await work.build({ registryChest: "registry" });
      await work.settled();
      const repository = `${registry.address}/rocas/${project._id}`;
      await work.store.projects.updateOne({ _id: project._id }, { $set: { docker_repo: repository } });

      const pulled = await work.build({ from: BuiltFrom.PRE_BUILT, chest: "registry", registryChest: "registry" });
      await work.settled();

      const [first, second] = await Promise.all([built, pulled].map(async ({ _id }) => work.buildOf(_id)));
      expect([first!.task.error, second!.task.error]).toEqual([null, null]);
      expect(second!.bvers!.docker_id).toBe(first!.bvers!.docker_id);
      const [version] = await work.store.buildVersions.find({ build: built._id }).lean();
      expect(version!.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
      expect(dockerCommand("images", "-q", `${repository}:${version!._id}`)).toBe("");
    },
  );

  test("a push without the password is a failure, and no version is made", { timeout: SECONDS }, async () => {
    await using registry = await openRegistry(SECRET);
    await using work = await openDockerWork({ registry: registry.address });
    await work.project({ home_dir: work.homeDir });
    await work.write({ Dockerfile: ON_BOARD });

    const { _id } = await work.build();
    await work.settled();

    expect((await work.buildOf(_id)).task.error).toContain("was not pushed");
    expect(await work.store.buildVersions.countDocuments()).toBe(0);
  });
});
