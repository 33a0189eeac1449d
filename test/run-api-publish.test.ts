import { expect, test } from "vitest";
import { openTestApp, type TestApp } from "./support/open-test-app.js";
import { fileOf, playedTraining } from "./support/played-training.js";

const VERSION = /* GraphQL */ `
  query V($model: String!, $name: String!) {
    modelVersion(model: $model, name: $name) {
      id
      details
      ds {
        name
      }
      files {
        name
      }
    }
  }
`;

async function claimed(app: TestApp) {
  const played = await playedTraining(app);
  await played.container.claim();
  const current = async (name: string) => (await app.execute(VERSION, { model: played.model.name, name })).data;
  return { ...played, current };
}

const FILES = [fileOf("clf.pkl", "the weights")];

test("other details under the same name and with the same files make a version that replaces the first", async () => {
  await using app = await openTestApp();
  const { container, current } = await claimed(app);
  const publish = async (details: object) => {
    const { body } = await container.post("/publish", { name: "fox", details, files: FILES });
    for (const { url } of body.uploads) await container.send("PUT", url, "the weights");
    return body.id as string;
  };

  const ids = [
    await publish({ epoch: 1 }),
    await publish({ epoch: 2 }),
    await publish({ epoch: 2 }),
    await publish({ epoch: 1 }),
  ];

  expect(new Set(ids).size).toBe(3);
  expect(ids[2]).toBe(ids[1]);
  expect((await current("fox")).modelVersion).toMatchObject({ id: ids[3], details: { epoch: 1 } });
});

test.each([
  ["none for a dataset", { ds: null }],
  ["compressed files", { compressed: true }],
  ["lightweight files", { lightweight: true }],
])("%s under the same name is no repetition", async (_what, other) => {
  await using app = await openTestApp();
  const { container } = await claimed(app);
  const wish = { name: "fox", files: FILES };

  const first = await container.post("/publish", wish);
  const second = await container.post("/publish", { ...wish, ...other });

  expect(second.status).toBe(200);
  expect(second.body.id).not.toBe(first.body.id);
});

test("files in folders are published, sent and fetched under their paths", async () => {
  await using app = await openTestApp();
  const { container, current } = await claimed(app);
  const names = [".gitattributes", "epoch=3-loss=0.2.ckpt", "variables/Übung (1).index"];
  const { body } = await container.post("/publish", { name: "fox", files: names.map((name) => fileOf(name, name)) });

  const states = [];
  for (const { name, url } of body.uploads)
    states.push(((await (await container.send("PUT", url, name)).json()) as { state: string }).state);

  expect(states).toEqual(["PENDING", "PENDING", "READY"]);
  expect((await current("fox")).modelVersion.files).toEqual(names.map((name) => ({ name })));
});

test.each([
  ["a/../../x", '".."'],
  ["epoch:3.ckpt", '":" (U+003A)'],
  ["a\\b", "backslash"],
  ["U\u0308bung", "U+00DC in place of U+0055 U+0308"],
])("a training that publishes %j is told which file it is and why it is refused", async (name, told) => {
  await using app = await openTestApp();
  const { container } = await claimed(app);

  const { status, body } = await container.post("/publish", { files: [...FILES, fileOf(name, "x")] });

  expect(status).toBe(400);
  expect(body.error.message).toContain(`The file name ${JSON.stringify(name)}`);
  expect(body.error.message).toContain(told);
});

test("an upload from a container goes on where it broke off, and may be repeated at its end", async () => {
  await using app = await openTestApp();
  const { container } = await claimed(app);
  const { body } = await container.post("/publish", { files: [fileOf("a/b.bin", "0123456789")] });
  const [{ url }] = body.uploads;
  const patch = (offset: number, rest: string) =>
    container.send("PATCH", url, rest, { "upload-offset": String(offset), "tus-resumable": "1.0.0" });

  const first = await patch(0, "01234");
  const wrong = await patch(3, "3456789");
  const head = await container.send("HEAD", url);
  const last = await patch(5, "56789");
  const again = await patch(10, "");

  expect([first, wrong, head, last, again].map(({ status }) => status)).toEqual([204, 425, 204, 204, 204]);
  expect([head, last, again].map(({ headers }) => headers.get("upload-offset"))).toEqual(["5", "10", "10"]);
  expect([last, again].map(({ headers }) => headers.get("rocas-state"))).toEqual(["READY", "READY"]);
});

test("a training publishes ten thousand files, and is told if it has more", { timeout: 120_000 }, async () => {
  await using app = await openTestApp();
  const { container } = await claimed(app);
  const files = Array.from({ length: 10_001 }, (_, index) => fileOf(`${"folder/".repeat(30)}${index}.bin`, "x"));

  const most = await container.post("/publish", { name: "big", files: files.slice(1) });
  const again = await container.post("/publish", { name: "big", files: files.slice(1).reverse() });
  const more = await container.post("/publish", { files });

  expect([most.status, most.body.uploads?.length]).toEqual([200, 10_000]);
  expect(again.body).toEqual(most.body);
  expect([more.status, more.body.error?.message]).toEqual([413, expect.stringContaining("these are 10001")]);
});

test(
  "a version of many files is READY with the last of them, and told whole to what mounts it",
  { timeout: 120_000 },
  async () => {
    await using app = await openTestApp();
    const { container, model, proj } = await claimed(app);
    const files = Array.from({ length: 260 }, (_, index) => fileOf(`shard/${index}.bin`, "x"));
    const { body } = await container.post("/publish", { name: "big", files });
    const states = await Promise.all(
      body.uploads.map(async ({ url }: { url: string }) => (await container.send("PUT", url, "x")).json()),
    );
    const other = await playedTraining(app, { proj: proj.name, pretrained: [{ model: model.name, name: "big" }] });

    const told = (await other.container.claim()).body;

    expect(states.filter(({ state }) => state === "READY").length).toBeGreaterThan(0);
    expect(told.versions[0].files).toHaveLength(260);
    expect(told.meta.pretrained[0].files).toHaveLength(260);
    expect(told.meta.pretrained[0]).not.toHaveProperty("manifest");
    const content = await other.container.send("GET", `${told.versions[0].url}/${encodeURIComponent("shard/77.bin")}`);
    expect(await content.text()).toBe("x");
  },
);
