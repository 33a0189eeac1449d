import { expect, test } from "vitest";
import { cancelBuild } from "../src/builds/build-project.js";
import { BuiltFrom } from "../src/builds/build-version.js";
import { userTag, versionTag } from "../src/builds/image-names.js";
import { openTestApp } from "./support/open-test-app.js";
import { openWork, until } from "./support/open-work.js";

test("a build makes a build version whose image has its own tag and the human one", async () => {
  await using work = await openWork();
  const project = await work.project();

  const { _id } = await work.build();
  await work.settled();

  const build = await work.buildOf(_id);
  expect(build.task).toMatchObject({ state: "FINISHED", progress: 1, attempt: 1, error: null });
  const [version] = await work.store.buildVersions.find().lean();
  expect(version).toMatchObject({ key: "iris\u001flatest", tag: "latest", proj: project._id, built_from: "local" });
  expect(build.bvers).toMatchObject({ _id: version!._id, docker_id: version!.docker_id, proj: { name: "iris" } });
  expect((await work.imageBuilder.inspect(versionTag(version!)))?.id).toBe(version!.docker_id);
  expect((await work.imageBuilder.inspect(userTag(version!)))?.id).toBe(version!.docker_id);
  expect(await work.imageBuilder.inspect(`rocas/${project._id}:job-${_id}-a1`)).toBeNull();
  expect(await work.logOf(_id)).toContain("FROM python:3");
});

test("a failing Dockerfile is data on the build, and the last good version stays", async () => {
  await using work = await openWork();
  await work.project();
  await work.build();
  await work.settled();

  work.local.files = { Dockerfile: "FROM python:3\nLABEL rocas.onboard=1\nRUN exit 3\n" };
  const { _id } = await work.build();
  await work.settled();

  const { task, bvers } = await work.buildOf(_id);
  expect(task.state).toBe("FAILED");
  expect(task.error).toContain("returned a non-zero code: 3");
  expect(bvers).toBeUndefined();
  expect(await work.store.buildVersions.find({ superseded: false }).lean()).toHaveLength(1);
});

test("an image needs nothing of ours", async () => {
  await using work = await openWork();
  await work.project();
  work.local.files = { Dockerfile: "FROM python:3\n" };

  const { _id } = await work.build();
  await work.settled();

  const { task, bvers } = await work.buildOf(_id);
  expect([task.state, task.error]).toEqual(["FINISHED", null]);
  expect(bvers).toBeDefined();
});

test("what the source says is wrong is data on the build", async () => {
  await using work = await openWork();
  await work.project();
  work.local.files = null;

  const { _id } = await work.build();
  await work.settled();

  expect((await work.buildOf(_id)).task).toMatchObject({ state: "FAILED", error: "There is no such folder." });
});

test("rebuilding a tag supersedes its version, which keeps its own tag", async () => {
  await using work = await openWork();
  await work.project();
  await work.build();
  await work.settled();
  await work.build();
  await work.settled();

  const [first, second] = await work.store.buildVersions.find().sort({ seq: 1 }).lean();
  expect([first!.superseded, second!.superseded]).toEqual([true, false]);
  expect((await work.imageBuilder.inspect(versionTag(first!)))?.id).toBe(first!.docker_id);
  expect((await work.imageBuilder.inspect(userTag(first!)))?.id).toBe(second!.docker_id);
});

test("builds of one tag follow each other in the order in which they were asked for", async () => {
  await using work = await openWork();
  await work.project();
  work.local.files = { Dockerfile: "FROM python:3\nLABEL rocas.onboard=1\nRUN sleep 1\n" };

  const asked = [await work.build(), await work.build(), await work.build()];
  await until(async () => (await work.buildOf(asked[0]!._id)).task.state === "RUNNING");
  const meanwhile = (await work.buildOf(asked[1]!._id)).task.state;
  await until(async () => (await work.buildOf(asked[2]!._id)).task.state === "FINISHED", 20);

  expect(meanwhile).toBe("WAITING");
  const versions = await work.store.buildVersions.find().sort({ seq: 1 }).lean();
  expect(versions.map(({ build }) => build)).toEqual(asked.map(({ _id }) => _id));
});

test("a cancelled build ends once nothing of it runs", async () => {
  await using work = await openWork();
  await work.project();
  work.local.files = { Dockerfile: "FROM python:3\nLABEL rocas.onboard=1\nRUN sleep 60\n" };
  const { _id } = await work.build();
  await until(async () => (await work.buildOf(_id)).task.state === "RUNNING");

  await cancelBuild(work.app, work.by("cancelBuild", {}), { id: _id });
  await work.settled();

  expect((await work.buildOf(_id)).task).toMatchObject({ state: "CANCELLED", error: null });
  expect(await work.jobOf(_id)).toMatchObject({ state: "CANCELLED", cleanup: "DONE" });
  expect(await work.store.buildVersions.countDocuments()).toBe(0);
});

test("cancelling a build that has ended changes nothing", async () => {
  await using work = await openWork();
  await work.project();
  const { _id } = await work.build();
  await work.settled();

  await cancelBuild(work.app, work.by("cancelBuild", {}), { id: _id });

  expect((await work.buildOf(_id)).task.state).toBe("FINISHED");
});

test("an image made elsewhere becomes a build version", async () => {
  await using work = await openWork();
  await work.project({ docker_repo: "registry.example/team/iris" });
  const image = work.imageBuilder.offer("registry.example/team/iris:v1", { "rocas.onboard": "1" });

  const { _id } = await work.build({ from: BuiltFrom.PRE_BUILT, tag: "v1" });
  await work.settled();

  expect((await work.buildOf(_id)).bvers).toMatchObject({
    docker_id: image,
    built_from: "pre-built",
    git_version: null,
  });
});

test("the commit that was built is recorded", async () => {
  await using work = await openWork();
  await work.project({ git_repo: "https://git.example/iris" });
  work.git.gitVersion = "a".repeat(40);

  const { _id } = await work.build({ from: BuiltFrom.GIT, ref: "main" });
  await work.settled();

  expect(work.git.asked[0]).toMatchObject({ location: "https://git.example/iris", ref: "main", credentials: null });
  expect((await work.buildOf(_id)).bvers).toMatchObject({ git_version: "a".repeat(40), git_dirty: false });
});

test("a registry gets the image, and the version its digest", async () => {
  await using work = await openWork({ environment: { ROCAS_REGISTRY: "registry.example/rocas" } });
  const project = await work.project();

  await work.build();
  await work.settled();

  const [version] = await work.store.buildVersions.find().lean();
  expect(version!.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  const there = `registry.example/rocas/${project._id}:${version!._id}`;
  expect(await work.imageBuilder.inspect(there)).toBeNull();
  expect(await work.imageBuilder.pull(there, null, () => undefined)).toBe(version!.docker_id);
});

test("the secret of a chest reaches the git host and no log", async () => {
  await using work = await openWork();
  await work.project({ git_repo: "https://git.example/iris" });
  const chest = await work.chest("git", { username: "ann", password: "correct horse" });
  work.git.files = { Dockerfile: "FROM python:3\nLABEL rocas.onboard=1\nRUN echo correct horse\n" };

  const { _id } = await work.build({ from: BuiltFrom.GIT, chest: chest.name });
  await work.settled();

  expect(work.git.asked[0]!.credentials).toEqual({ username: "ann", password: "correct horse" });
  expect(await work.buildOf(_id)).toMatchObject({ used_chest: { chest: chest._id, name: "git" } });
  expect(await work.logOf(_id)).toContain("RUN echo ***");
  expect(JSON.stringify([await work.jobOf(_id), await work.buildOf(_id)])).not.toContain("correct horse");
});

test("a build says whose chest it was given, also after the chest is deleted", async () => {
  await using app = await openTestApp();
  const proj = await app.seed.project({ gitRepo: "https://git.example.org/iris.git" });
  const secret = { username: "ann", password: "correct horse" };
  await app.seed.mutate("createTreasureChest", "CreateTreasureChestInput", { name: "git", owner: "ada", ...secret });
  const input = { proj: proj.name, tag: "latest", from: "GIT", chest: "git" };
  const { id } = (await app.seed.mutate("buildProject", "BuildProjectInput", input, "id")) as { id: string };
  await app.settled();
  await app.seed.mutate("deleteTreasureChest", "DeleteTreasureChestInput", { name: "git" }, "id");
  await app.settled();

  const seen = `query ($id: ID!) { node(id: $id) { ... on Build { chest { name } usedChest { name owner } usedRegistryChest { name } } } }`;
  const { data } = await app.execute(seen, { id });

  expect(data.node).toEqual({ chest: null, usedChest: { name: "git", owner: "ada" }, usedRegistryChest: null });
});

test("a build begins before its image is made", async () => {
  await using work = await openWork();
  await work.project();
  const { _id } = await work.build();
  await until(async () => (await work.buildOf(_id)).task.state === "FINISHED");

  const { task, bvers } = await work.buildOf(_id);

  expect(task.start_time!.getTime()).toBeLessThanOrEqual(bvers!.built_at!.getTime());
});
