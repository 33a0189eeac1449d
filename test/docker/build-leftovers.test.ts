import { randomBytes } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { removeIntermediateImages } from "../../src/builds/remove-intermediate-images.js";
import { BASE_IMAGE, describeWithDocker, dockerCommand, ensureBaseImage, newTag } from "./support/engine.js";
import { openDockerWork } from "./support/open-docker-work.js";

const SECONDS = 120_000;

/** Work on a project whose Dockerfile nobody else has, so that no step comes from a cache. */
async function openLeftovers() {
  // BuildKit leaves none: its steps are cache alone.
  const work = await openDockerWork({ builder: "classic" });
  const project = await work.project({ home_dir: work.homeDir });
  const label = `test.leftovers=${randomBytes(6).toString("hex")}`;
  return Object.assign(work, {
    onBoard: `FROM ${BASE_IMAGE}\nLABEL rocas.onboard=1 ${label}\n`,
    /** Ids of the images with the label that have no tag and from which none was made. */
    dangling: () =>
      dockerCommand("images", "-q", "--no-trunc", "--filter", "dangling=true", "--filter", `label=${label}`)
        .split("\n")
        .filter(Boolean),
    async built(Dockerfile: string) {
      await work.write({ Dockerfile });
      const { _id } = await work.build();
      await work.settled();
      return (await work.buildOf(_id)).task.state;
    },
    /** As if a day had gone by. */
    async aDayLater() {
      await work.store.intermediateImages.updateMany({}, { $set: { due_at: new Date(0) } });
      await removeIntermediateImages(work.app);
    },
    tags: () => Object.keys(work.images(project._id)),
  });
}

describeWithDocker("images without a tag that builds leave", () => {
  beforeAll(ensureBaseImage, 300_000);

  test("those of a build that failed go a day later, all of them", { timeout: SECONDS }, async () => {
    await using work = await openLeftovers();

    const state = await work.built(`${work.onBoard}RUN echo one > /one\nRUN echo two > /two\nRUN exit 7\n`);
    const left = work.dangling();
    await removeIntermediateImages(work.app);
    const within = work.dangling();
    await work.aDayLater();

    expect([state, left.length, within.length]).toEqual(["FAILED", 1, 1]);
    expect(work.dangling()).toEqual([]);
    expect(dockerCommand("images", "-aq", "--filter", `since=${BASE_IMAGE}`)).not.toContain(left[0]!.slice(7, 19));
    expect(await work.store.intermediateImages.countDocuments()).toBe(0);
  });

  test("an earlier stage goes, and what the build version needs stays", { timeout: SECONDS }, async () => {
    await using work = await openLeftovers();
    const stage = work.onBoard.replace(BASE_IMAGE, `${BASE_IMAGE} AS made`);

    const state = await work.built(
      `${stage}RUN echo one > /one\n${work.onBoard}RUN true\nCOPY --from=made /one /one\n`,
    );
    const left = work.dangling();
    await work.aDayLater();

    expect([state, left.length, work.dangling().length]).toEqual(["FINISHED", 1, 0]);
    expect(work.tags()).toContain("latest");
    expect(await work.built(`${work.onBoard}RUN true\nRUN echo more\n`)).toBe("FINISHED");
  });

  test(
    "one that somebody tagged, made something from or runs stays, and so do others'",
    { timeout: SECONDS },
    async () => {
      await using work = await openLeftovers();
      await work.built(`${work.onBoard}RUN echo one > /one\nRUN exit 7\n`);
      const [mine] = work.dangling();
      const tag = newTag();
      const container = dockerCommand("create", mine!, "true");
      const theirs = dockerCommand("commit", container);

      await work.aDayLater();
      expect(work.dangling()).toEqual([theirs]);
      dockerCommand("rm", container);
      dockerCommand("tag", mine!, tag);
      await work.aDayLater();

      expect(dockerCommand("image", "inspect", "-f", "{{.Id}}", tag)).toBe(mine);
      expect(dockerCommand("image", "inspect", "-f", "{{.Id}}", theirs)).toBe(theirs);
      dockerCommand("rmi", theirs, tag);
    },
  );

  test("what a command prints names no image of others", { timeout: SECONDS }, async () => {
    await using work = await openLeftovers();
    const container = dockerCommand("create", BASE_IMAGE, "true");
    const theirs = dockerCommand("commit", "-c", "LABEL theirs=1", container);
    dockerCommand("rm", container);
    await new Promise((resolve) => setTimeout(resolve, 1_100));

    await work.built(`${work.onBoard}RUN printf ' ---> ${theirs.slice(7, 19)}\\n'\nRUN exit 7\n`);
    const noted = await work.store.intermediateImages.find({}).toArray();

    expect(noted.map(({ _id }) => _id)).not.toContain(theirs);
    dockerCommand("rmi", theirs);
  });
});
