import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { openProcessBuilder, type ProcessBuilderFolder } from "./support/open-process-builder.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const project = (text: string) => ({ Dockerfile: "FROM rocas/onboard\nCOPY . .\n", "a.txt": text });
let opened: ProcessBuilderFolder;

beforeAll(async () => {
  opened = await openProcessBuilder();
});
afterAll(() => opened[Symbol.asyncDispose]());

async function startUsing(image: string, run: string): Promise<string> {
  const folder = join(opened.root, "runs", run);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "spec.json"), JSON.stringify({ name: run, image }));
  return folder;
}

test("the last tag of an image that a run uses stays, and goes after the run", async () => {
  const { id, tag } = await opened.build(project("used"));
  const folder = await startUsing(id, "rocas-train-one-a1");

  await expect(opened.builder.untag(tag)).rejects.toMatchObject({ code: "IN_USE" });
  expect((await opened.builder.inspect(tag))?.id).toBe(id);
  expect(await opened.builder.removeUntagged(id)).toBe(true);
  expect(await opened.builder.inspect(id)).not.toBeNull();
  await rm(folder, { recursive: true });
  await opened.builder.untag(tag);

  expect(await opened.builder.inspect(id)).toBeNull();
});

test("an image whose last tag moved on goes, unless a run uses it", async () => {
  const first = await opened.build(project("first"));
  const second = await opened.build(project("second"));
  await startUsing(second.id, "rocas-train-two-a1");
  const third = await opened.build(project("third"));
  await opened.builder.tag(third.id, first.tag);
  await opened.builder.tag(third.id, second.tag);

  expect(await opened.builder.removeUntagged(first.id)).toBe(true);
  expect(await opened.builder.removeUntagged(second.id)).toBe(false);

  expect(await opened.builder.inspect(first.id)).toBeNull();
  expect((await opened.builder.inspect(second.id))?.id).toBe(second.id);
});

test("an environment goes a day after the last image that needed it, and not before", async () => {
  const built = await opened.build({ ...project("x"), "requirements.txt": "# of its own\n" });
  const folder = join(opened.environments, built.image.environment);
  await opened.builder.untag(built.tag);
  expect(existsSync(folder)).toBe(true);
  const yesterday = new Date(Date.now() - 25 * 60 * 60 * 1000);
  await utimes(join(folder, ".complete"), yesterday, yesterday);

  await opened.builder.prune();

  expect(existsSync(folder)).toBe(false);
});

test("what a crash left of a build goes: an environment that is not whole, and the folder it worked in", async () => {
  const environment = join(opened.environments, "0".repeat(64));
  await mkdir(join(environment, "bin"), { recursive: true });
  await mkdir(join(opened.root, "building", "build-crashed"), { recursive: true });

  await opened.builder.prune();

  expect(existsSync(environment)).toBe(false);
  expect(await readdir(join(opened.root, "building"))).toEqual([]);
});

test("an environment stays while the folder of images cannot be read", async () => {
  const built = await opened.build({ ...project("y"), "requirements.txt": "# of another\n" });
  const folder = join(opened.environments, built.image.environment);
  const yesterday = new Date(Date.now() - 25 * 60 * 60 * 1000);
  await utimes(join(folder, ".complete"), yesterday, yesterday);
  const [images, aside] = [join(opened.root, "images"), join(opened.root, "aside")];
  await rename(images, aside);
  await symlink("images", images);

  const pruned = opened.builder.prune();
  await expect(pruned).rejects.toMatchObject({ code: "ELOOP" });
  await rm(images);
  await rename(aside, images);

  expect(existsSync(folder)).toBe(true);
});
