import { expect, test } from "vitest";
import { userTag, versionTag } from "../src/builds/image-names.js";
import { removeUnneededTags } from "../src/builds/remove-unneeded-tags.js";
import { sweepGenerations } from "../src/retention/sweep-generations.js";
import { buildAgain } from "./support/built-project.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";

/** Build versions of one tag, each with an image of its own on the engine. */
async function built(app: TestApp, count: number) {
  const proj = await app.seed.project();
  const { imageBuilder } = app;
  const tags: string[] = [];
  for (let made = 0; made < count; made += 1) {
    const from = `registry.example/flora:${made}`;
    imageBuilder.offer(from, { "rocas.onboard": "1" });
    const image = await imageBuilder.pull(from, null, () => undefined);
    const version = await buildAgain(app.app, proj, image, "v");
    await imageBuilder.tag(image, versionTag(version));
    await imageBuilder.tag(image, userTag(version));
    await imageBuilder.untag(from);
    tags.push(versionTag(version));
  }
  return { proj, tags, human: userTag({ proj: proj.id, tag: "v" }) };
}
const noted = async ({ app }: TestApp) => (await app.store.unneededTags.find().toArray()).map(({ _id }) => _id);

test("the image of a build version that is deleted while no engine answers goes when one does", async () => {
  await using app = await openTestApp();
  const { proj, tags, human } = await built(app, 1);
  const before = await app.imageBuilder.inspect(tags[0]!);
  app.imageBuilder.down = true;

  await app.seed.mutate("deleteBuildVersion", "DeleteBuildVersionInput", { proj: proj.name, tag: "v" }, "id done");
  const waiting = await noted(app);
  app.imageBuilder.down = false;
  await removeUnneededTags(app.app);

  expect(before).not.toBeNull();
  expect(waiting).toEqual([human, ...tags]);
  expect(await noted(app)).toEqual([]);
  const left = await Promise.all([human, ...tags].map((tag) => app.imageBuilder.inspect(tag)));
  expect(left).toEqual([null, null]);
});

test("the images of build versions that a policy no longer keeps go, those that are kept stay", async () => {
  await using app = await openTestApp();
  const { proj, tags, human } = await built(app, 3);
  await app.seed.mutate("updateProject", "UpdateProjectInput", { name: proj.name, retention: { keepLast: 1 } });

  await app.settled();
  await sweepGenerations(app.app);
  await removeUnneededTags(app.app);

  expect(await noted(app)).toEqual([]);
  const left = await Promise.all(tags.map((tag) => app.imageBuilder.inspect(tag)));
  expect(left.map((image) => image !== null)).toEqual([false, false, true]);
  expect((await app.imageBuilder.inspect(human))?.id).toBe(left[2]?.id);
});
