import { expect, test } from "vitest";
import { buildAgain, builtProject, imageId } from "./support/built-project.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";
import { PlayedDeployments } from "./support/played-deployment.js";

/** A project with a build and a version that can be served. */
async function servable(app: TestApp) {
  const { proj, model } = await builtProject(app);
  const version = await app.seed.modelVersion({ model: model.name });
  const movers = [{ model: model.name, name: version.name }];
  const input = { proj: proj.name, name: "live", tag: "latest", notebook: "predict.ipynb", movers };
  return { proj, model, version, input };
}

const routed = (app: TestApp, proj: { name: string }) => app.app.replicaTable.find(proj.name, "live")?.replicas ?? [];

test("a deployment gets as many containers as it asks for, and routes to those that are ready", async () => {
  await using app = await openTestApp();
  await using played = new PlayedDeployments(app);
  const { proj, model, version, input } = await servable(app);

  const { data, errors } = await played.deploy({ ...input, replicas: 2 });
  expect(errors).toBeUndefined();
  expect(data.deploy).toMatchObject({ revision: 1, availability: "NONE", movers: [{ status: "IDENTICAL" }] });

  const { tasks } = await played.becomes(data.deploy.id, { availability: "FULL" });
  expect(tasks).toMatchObject([
    { slot: 0, state: "RUNNING", ready: true, attempt: 1 },
    { slot: 1, state: "RUNNING", ready: true, attempt: 1 },
  ]);
  expect(routed(app, proj)).toHaveLength(2);
  expect(routed(app, proj)[0]).toMatchObject({ movers: [`${model.name}/${version.name}`], revision: 1 });
});

test("a replica that has not said that it is ready is not routed to", async () => {
  await using app = await openTestApp();
  await using played = new PlayedDeployments(app);
  played.hold(({ slot }) => slot === 1);
  const { proj, input } = await servable(app);

  const { data } = await played.deploy({ ...input, replicas: 2 });
  await played.becomes(data.deploy.id, { availability: "PARTIAL" });

  expect(routed(app, proj)).toHaveLength(1);
});

test("scaling adds and removes replicas and touches no other", async () => {
  await using app = await openTestApp();
  await using played = new PlayedDeployments(app);
  const { input, proj } = await servable(app);
  const { data } = await played.deploy({ ...input, replicas: 2 });
  await played.becomes(data.deploy.id, { availability: "FULL" });
  const before = await played.names();

  await buildAgain(app.app, proj, imageId("2"));
  await played.deploy({ proj: input.proj, name: "live", replicas: 3 });
  await played.becomes(data.deploy.id, { availability: "FULL", tasks: { length: 3 } });
  const wide = await played.names();
  await played.deploy({ proj: input.proj, name: "live", replicas: 1 });
  await expect.poll(() => played.names(), { timeout: 15_000 }).toHaveLength(1);

  expect(wide).toEqual(expect.arrayContaining(before));
  expect(await played.names()).toEqual([before[0]]);
  expect(await played.read(data.deploy.id)).toMatchObject({ revision: 1, bvers: { dockerId: imageId("1") } });
});

test("a replica that dies is replaced by the next attempt of its slot, with a new task", async () => {
  await using app = await openTestApp();
  await using played = new PlayedDeployments(app);
  const { input } = await servable(app);
  const { data } = await played.deploy({ ...input, replicas: 2 });
  await played.becomes(data.deploy.id, { availability: "FULL" });
  const [victim, other] = (await played.names()).sort();

  app.runtime.write(victim ?? "", "MemoryError\n");
  app.runtime.exit(victim ?? "", 1);
  await played.becomes(data.deploy.id, { tasks: [{ state: "FAILED", attempt: 1 }, { ready: true }] });
  expect((await played.read(data.deploy.id)).tasks[0].error).toContain("MemoryError");

  const { tasks } = await played.becomes(data.deploy.id, { availability: "FULL" });
  expect(tasks).toMatchObject([
    { slot: 0, attempt: 2, error: null },
    { slot: 1, attempt: 1 },
  ]);
  expect(await played.names()).toContain(other);
});

test("a new revision is ready before the old one goes", async () => {
  await using app = await openTestApp();
  await using played = new PlayedDeployments(app);
  const { input, proj, model } = await servable(app);
  const { data } = await played.deploy({ ...input, replicas: 2 });
  await played.becomes(data.deploy.id, { availability: "FULL" });
  const old = await played.names();
  const next = await app.seed.modelVersion({ model: model.name });
  played.hold(({ job }) => !old.some((name) => name.includes(job)));

  const change = { proj: proj.name, name: "live", movers: [{ model: model.name, name: next.name }] };
  expect((await played.deploy(change)).data.deploy).toMatchObject({ revision: 2, availability: "PARTIAL" });
  await expect.poll(() => played.names(), { timeout: 15_000 }).toHaveLength(4);
  expect(routed(app, proj).map(({ revision }) => revision)).toEqual([1, 1]);

  played.hold(() => false);
  await expect.poll(() => played.names(), { timeout: 20_000 }).toHaveLength(2);
  await played.becomes(data.deploy.id, {
    revision: 2,
    availability: "FULL",
    tasks: [{ revision: 2 }, { revision: 2 }],
    movers: [{ name: next.name }],
  });
  expect(routed(app, proj).map(({ revision }) => revision)).toEqual([2, 2]);
});

test("a replica is asked for by its version's name, and by an alias for as long as the version has it", async () => {
  await using app = await openTestApp();
  await using played = new PlayedDeployments(app);
  const { input, proj, model, version } = await servable(app);
  const { data } = await played.deploy({ ...input, replicas: 1 });
  await played.becomes(data.deploy.id, { availability: "FULL" });
  const names = () => routed(app, proj)[0]?.names;
  const give = (aliases: string[]) =>
    app.seed.mutate("updateModelVersion", "UpdateModelVersionInput", { model: model.name, name, aliases }, "aliases");
  const { name } = version;

  await give(["production"]);
  await expect.poll(names, { timeout: 20_000 }).toEqual([name, `${model.name}/${name}`, "production"]);
  await give([]);
  await expect.poll(names, { timeout: 20_000 }).toEqual([name, `${model.name}/${name}`]);
});

test("a change of details alone is written down and restarts nothing", async () => {
  await using app = await openTestApp();
  await using played = new PlayedDeployments(app);
  const { input, proj } = await servable(app);
  const { data } = await played.deploy({ ...input, replicas: 1 });
  await played.becomes(data.deploy.id, { availability: "FULL" });
  const before = played.names();

  await played.deploy({ proj: proj.name, name: "live", details: { owner: "ada" } });

  await played.becomes(data.deploy.id, { availability: "FULL", revision: 1, details: { owner: "ada" } });
  expect(played.names()).toEqual(before);
});

test("there is a replica to route to at every moment of a change", async () => {
  await using app = await openTestApp();
  await using played = new PlayedDeployments(app);
  const { input, proj } = await servable(app);
  const { data } = await played.deploy({ ...input, replicas: 1 });
  await played.becomes(data.deploy.id, { availability: "FULL" });
  const seen: number[] = [];
  const watch = setInterval(() => seen.push(routed(app, proj).length), 20);

  await played.deploy({ proj: proj.name, name: "live", notebook: "canary.ipynb" });
  await expect.poll(() => routed(app, proj)[0]?.revision, { timeout: 20_000 }).toBe(2);
  await expect.poll(() => played.names(), { timeout: 20_000 }).toHaveLength(1);
  clearInterval(watch);

  expect(Math.min(...seen)).toBe(1);
});

test("a newer revision ends the unfinished one between, and the serving one stays until then", async () => {
  await using app = await openTestApp();
  await using played = new PlayedDeployments(app);
  const { input, proj } = await servable(app);
  const { data } = await played.deploy({ ...input, replicas: 1 });
  await played.becomes(data.deploy.id, { availability: "FULL" });
  const [serving] = await played.names();
  played.hold(({ image }) => image === imageId("2"));
  await buildAgain(app.app, proj, imageId("2"));
  await played.deploy({ proj: proj.name, name: "live", tag: "latest" });
  await expect.poll(() => played.names(), { timeout: 15_000 }).toHaveLength(2);

  await buildAgain(app.app, proj, imageId("3"));
  await played.deploy({ proj: proj.name, name: "live", tag: "latest" });
  await played.becomes(data.deploy.id, { availability: "FULL", revision: 3 });
  await expect.poll(() => played.names(), { timeout: 20_000 }).toHaveLength(1);

  expect(await played.names()).not.toContain(serving);
  expect(routed(app, proj)).toMatchObject([{ revision: 3 }]);
});

test("asking again for what is wanted already changes nothing", async () => {
  await using app = await openTestApp();
  await using played = new PlayedDeployments(app);
  const { input } = await servable(app);
  const { data } = await played.deploy({ ...input, replicas: 1 });
  await played.becomes(data.deploy.id, { availability: "FULL" });

  const again = await played.deploy({ ...input, replicas: 1 });

  expect(again.data.deploy).toMatchObject({ id: data.deploy.id, revision: 1 });
  expect(await played.names()).toHaveLength(1);
});

test("an undeployed deployment takes nothing within two seconds, and comes back as it was", async () => {
  await using app = await openTestApp();
  await using played = new PlayedDeployments(app);
  const { input, proj } = await servable(app);
  const { data } = await played.deploy({ ...input, replicas: 2 });
  await played.becomes(data.deploy.id, { availability: "FULL" });

  await played.undeploy({ proj: proj.name, name: "live" });
  await expect.poll(() => routed(app, proj), { timeout: 2_000 }).toEqual([]);
  await expect.poll(() => played.names(), { timeout: 15_000 }).toEqual([]);
  expect(await played.becomes(data.deploy.id, { tasks: [] })).toMatchObject({ replicas: 0, availability: "NONE" });

  await played.deploy({ proj: proj.name, name: "live", replicas: 1 });
  expect(await played.becomes(data.deploy.id, { availability: "FULL" })).toMatchObject({ revision: 1 });
});

test("a container that does not start is a failed task with its reason, and is tried again", async () => {
  await using app = await openTestApp();
  await using played = new PlayedDeployments(app);
  const { input } = await servable(app);
  app.runtime.failNextStart("no such image");

  const { data } = await played.deploy({ ...input, replicas: 1 });

  await played.becomes(data.deploy.id, { tasks: [{ state: "FAILED", error: "no such image", attempt: 1 }] });
  await played.becomes(data.deploy.id, { availability: "FULL", tasks: [{ attempt: 2 }] });
});

test("a replica that the engine has no room for waits, says why, and comes by itself", async () => {
  await using app = await openTestApp();
  await using played = new PlayedDeployments(app);
  const { input } = await servable(app);
  app.runtime.lacks = "The disk of the container engine is full.";

  const { data } = await played.deploy({ ...input, replicas: 1 });

  await played.becomes(data.deploy.id, { tasks: [{ state: "WAITING", reason: app.runtime.lacks }] });
  app.runtime.lacks = null;
  await played.becomes(data.deploy.id, { availability: "FULL", tasks: [{ reason: null, attempt: 1 }] });
});

test("each revision is kept, with what it ran", async () => {
  await using app = await openTestApp();
  await using played = new PlayedDeployments(app);
  const { input, proj, version } = await servable(app);
  const { data } = await played.deploy({ ...input, replicas: 0 });
  await played.deploy({ proj: proj.name, name: "live", notebook: "canary.ipynb", details: { why: "canary" } });
  await played.deploy({ proj: proj.name, name: "live", notebook: "other.ipynb", movers: [] });

  const revisions = `query R($id: ID!) { node(id: $id) { ... on Deployment { revisions { nodes { number notebook details movers { name } deployment { id } } } } } }`;
  const answer = await app.execute(revisions, { id: data.deploy.id });

  const { id } = data.deploy;
  const movers = [{ name: version.name }];
  expect(answer.data.node.revisions.nodes).toEqual([
    { number: 3, notebook: "other.ipynb", details: { why: "canary" }, movers: [], deployment: { id } },
    { number: 2, notebook: "canary.ipynb", details: { why: "canary" }, movers, deployment: { id } },
    { number: 1, notebook: "predict.ipynb", details: {}, movers, deployment: { id } },
  ]);
});

test("a deployment is deleted once it is undeployed, and not while its replicas run", async () => {
  await using app = await openTestApp();
  await using played = new PlayedDeployments(app);
  const { input, proj } = await servable(app);
  const { data } = await played.deploy({ ...input, replicas: 1 });
  await played.becomes(data.deploy.id, { availability: "FULL" });
  const remove = `mutation D($input: DeleteDeploymentInput!) { deleteDeployment(input: $input) { id } }`;
  const which = { input: { proj: proj.name, name: "live" } };

  expect((await app.execute(remove, which)).errors?.[0]?.extensions["code"]).toBe("IN_USE");
  await played.undeploy(which.input);
  await expect.poll(async () => (await app.execute(remove, which)).errors, { timeout: 15_000 }).toBeUndefined();

  await expect.poll(() => played.read(data.deploy.id), { timeout: 15_000 }).toBeNull();
});

test("a deleted deployment is gone with its containers", async () => {
  await using app = await openTestApp();
  await using played = new PlayedDeployments(app);
  const { input, proj } = await servable(app);
  const { data } = await played.deploy({ ...input, replicas: 1 });
  await played.becomes(data.deploy.id, { availability: "FULL" });

  await app.seed.mutate(
    "deleteDeployment",
    "DeleteDeploymentInput",
    { proj: proj.name, name: "live", cascade: true },
    "id",
  );

  await expect.poll(() => played.read(data.deploy.id), { timeout: 20_000 }).toBeNull();
  expect(await app.runtime.observe()).toEqual([]);
  expect(app.app.replicaTable.find(proj.name, "live")).toBeNull();
});
