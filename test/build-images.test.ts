import { describe, expect, test } from "vitest";
import { userTag, versionTag } from "../src/builds/image-names.js";
import { noteUnneededTags, removeTagsOf, removeUnneededTags } from "../src/builds/remove-unneeded-tags.js";
import { ON_BOARD, openWork, until } from "./support/open-work.js";

async function built() {
  const work = await openWork();
  await work.project();
  const { _id } = await work.build();
  await until(async () => (await work.buildOf(_id)).task.state === "FINISHED");
  const version = (await work.store.buildVersions.findOne({}).lean())!;
  // As after the deletion of the record.
  await work.store.buildVersions.deleteOne({ _id: version._id });
  return Object.assign(work, { version });
}

test("the image of a build version goes with its record", async () => {
  await using work = await built();

  await noteUnneededTags(work.app, work.version);
  await removeTagsOf(work.app, work.version);

  expect(await work.imageBuilder.inspect(work.version.docker_id!)).toBeNull();
});

test("an image that a container uses goes when the container is gone, though nobody asks again", async () => {
  await using work = await built();
  const id = work.version.docker_id!;
  work.imageBuilder.used.add(id);
  await noteUnneededTags(work.app, work.version);
  await removeTagsOf(work.app, work.version);
  await removeUnneededTags(work.app);
  expect((await work.imageBuilder.inspect(versionTag(work.version)))?.id).toBe(id);

  work.imageBuilder.used.delete(id);
  await removeUnneededTags(work.app);

  expect(await work.imageBuilder.inspect(id)).toBeNull();
  expect(await work.store.unneededTags.countDocuments()).toBe(0);
});

describe("the human tag of a version that went while no engine answered", () => {
  async function gone() {
    const work = await built();
    await noteUnneededTags(work.app, work.version);
    return Object.assign(work, { alias: userTag(work.version) });
  }

  test("goes when one does", async () => {
    await using work = await gone();

    await removeUnneededTags(work.app);

    expect(await work.imageBuilder.inspect(work.alias)).toBeNull();
    expect(await work.store.unneededTags.countDocuments()).toBe(0);
  });

  test("stays the tag of the version that was built under it since", async () => {
    await using work = await gone();
    work.local.files = { Dockerfile: `${ON_BOARD.Dockerfile}LABEL other=1\n` };
    const { _id } = await work.build();
    await until(async () => (await work.buildOf(_id)).task.state === "FINISHED");

    await removeUnneededTags(work.app);

    const [version] = await work.store.buildVersions.find({ build: _id }).lean();
    expect((await work.imageBuilder.inspect(work.alias))?.id).toBe(version!.docker_id);
    expect(await work.imageBuilder.inspect(work.version.docker_id!)).toBeNull();
    expect(await work.store.unneededTags.countDocuments()).toBe(0);
  });

  test("stays where somebody pointed it at an image of their own", async () => {
    await using work = await gone();
    work.imageBuilder.offer("registry.example/theirs:v1", {});
    const theirs = await work.imageBuilder.pull("registry.example/theirs:v1", null, () => undefined);
    await work.imageBuilder.tag(theirs, work.alias);

    await removeUnneededTags(work.app);

    expect((await work.imageBuilder.inspect(work.alias))?.id).toBe(theirs);
  });

  test("waits for its record to be gone", async () => {
    await using work = await gone();
    const tag = { ...work.version, deleting: true };
    await work.store.buildVersions.collection.insertOne(tag as never);

    await removeUnneededTags(work.app);
    const waiting = await work.imageBuilder.inspect(work.alias);
    await work.store.buildVersions.deleteOne({ _id: work.version._id });
    await removeUnneededTags(work.app);

    expect(waiting?.id).toBe(work.version.docker_id);
    expect(await work.imageBuilder.inspect(work.alias)).toBeNull();
  });
});

test("tags of images that containers use do not keep the others waiting", async () => {
  await using work = await built();
  work.imageBuilder.used.add(work.version.docker_id!);
  const since = new Date();
  const many = Array.from({ length: 100 }, (_, number) => ({ _id: `rocas/used-${number}:v1`, since }));
  await work.store.unneededTags.insertMany([...many, { _id: "rocas/free:v1", since }]);
  for (const { _id } of [...many, { _id: "rocas/free:v1" }]) {
    work.imageBuilder.offer(_id, { n: _id });
    const image = await work.imageBuilder.pull(_id, null, () => undefined);
    if (_id !== "rocas/free:v1") work.imageBuilder.used.add(image);
  }

  await removeUnneededTags(work.app);
  await removeUnneededTags(work.app);

  expect(await work.imageBuilder.inspect("rocas/free:v1")).toBeNull();
  expect(await work.store.unneededTags.countDocuments()).toBe(100);
});
