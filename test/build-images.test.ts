import { expect, test } from "vitest";
import { ownTag } from "../src/build/image-names.js";
import { removeImageOf } from "../src/build/remove-image-of.js";
import { untagNoted } from "../src/build/untag-later.js";
import { openWork, until } from "./support/open-work.js";

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

  await removeImageOf(work.app, work.version);

  expect(await work.imageBuilder.inspect(work.version.docker_id!)).toBeNull();
});

test("an image that a container uses goes when the container is gone, though nobody asks again", async () => {
  await using work = await built();
  const id = work.version.docker_id!;
  work.imageBuilder.used.add(id);
  await removeImageOf(work.app, work.version);
  await untagNoted(work.app);
  expect((await work.imageBuilder.inspect(ownTag(work.version)))?.id).toBe(id);

  work.imageBuilder.used.delete(id);
  await untagNoted(work.app);

  expect(await work.imageBuilder.inspect(id)).toBeNull();
  expect(await work.store.unneededImages.countDocuments()).toBe(0);
});
