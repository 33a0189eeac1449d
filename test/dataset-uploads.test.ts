import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { receiveFile } from "../src/files/receive-file.js";
import { announced, fetched, send } from "./support/exchange.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";

const CREATE = /* GraphQL */ `
  mutation Create($input: CreateDatasetInput!) {
    createDataset(input: $input) {
      id
      state
      superseded
      uploads {
        name
        url
        expiresAt
      }
    }
  }
`;
const CURRENT = /* GraphQL */ `
  query Current($model: String!) {
    dataset(model: $model, name: "iris") {
      id
    }
    datasets {
      totalCount
      nodes {
        id
      }
    }
  }
`;
const READ = `query ($id: ID!) { node(id: $id) { ... on Dataset { state superseded uploads { name url } } } }`;
const DOWNLOAD = `query ($id: ID!, $name: String) { node(id: $id) { ... on Dataset { download(name: $name) } } }`;
const RENEW = `mutation ($input: RenewUploadsInput!) { renewUploads(input: $input) { name url } }`;

/** A dataset `iris` of two announced files, over an earlier one that is current. */
async function begun(app: TestApp) {
  const { name: model } = await app.seed.model();
  const earlier = await app.seed.dataset({ model, name: "iris" });
  const files = [announced("a.csv", "first"), announced("b.csv", "second")];
  const { data } = await app.execute(CREATE, { input: { model, name: "iris", files } });
  const [a, b] = data.createDataset.uploads;
  const current = async () => (await app.execute(CURRENT, { model })).data;
  const read = async (id: string = data.createDataset.id) => (await app.execute(READ, { id })).data.node;
  return { model, earlier, made: data.createDataset, a, b, current, read };
}

test("a dataset is READY and current with its last file, and not before", async () => {
  await using app = await openTestApp();
  const { earlier, made, a, b, current, read } = await begun(app);
  expect(made).toMatchObject({ state: "PENDING", superseded: null, uploads: [{ name: "a.csv" }, { name: "b.csv" }] });

  await send(app, b.url, "second");
  expect(await read()).toMatchObject({ state: "PENDING", uploads: [{ name: "a.csv" }] });
  expect(await current()).toEqual({
    dataset: { id: earlier.id },
    datasets: { totalCount: 1, nodes: [{ id: earlier.id }] },
  });

  expect(await send(app, a.url, "first")).toEqual({ state: "READY" });
  expect(await read()).toEqual({ state: "READY", superseded: false, uploads: [] });
  expect(await current()).toEqual({ dataset: { id: made.id }, datasets: { totalCount: 1, nodes: [{ id: made.id }] } });
  expect(await read(earlier.id)).toMatchObject({ state: "READY", superseded: true });
});

test.each([
  ["shorter", "firs"],
  ["longer", "first and more"],
  ["other bytes", "f1rst"],
  ["nothing", ""],
])("content that is not as announced (%s) is refused, and the upload can be repeated", async (_what, content) => {
  await using app = await openTestApp();
  const { a, read } = await begun(app);

  await expect(send(app, a.url, content)).rejects.toMatchObject({ code: "BAD_USER_INPUT" });

  expect((await read()).uploads).toHaveLength(2);
  expect(await send(app, a.url, "first")).toEqual({ state: "PENDING" });
});

test("an upload that breaks off leaves nothing visible, and is repeated or goes on", async () => {
  await using app = await openTestApp();
  const { made, a, read } = await begun(app);
  const broken = Readable.from(
    (async function* () {
      yield Buffer.from("fi");
      throw new Error("The client went away.");
    })(),
  );

  await expect(receiveFile(app.app, { record: made.id, ...announced("a.csv", "first") }, broken)).rejects.toThrow();

  expect((await read()).uploads).toHaveLength(2);
  expect(await send(app, a.url, "first")).toEqual({ state: "PENDING" });
});

test("a file that has arrived may be sent again, also when the record is READY, and changes nothing", async () => {
  await using app = await openTestApp();
  const { a, b } = await begun(app);
  await send(app, a.url, "first");

  expect(await send(app, a.url, "first")).toEqual({ state: "PENDING" });
  await send(app, b.url, "second");
  expect(await send(app, a.url, "first")).toEqual({ state: "READY" });
  await expect(send(app, a.url, "f1rst")).rejects.toMatchObject({ code: "BAD_USER_INPUT" });
});

test("files are not fetched while others are missing", async () => {
  await using app = await openTestApp();
  const { made, a, b } = await begun(app);
  await send(app, a.url, "first");
  const url = async (name?: string) => (await app.execute(DOWNLOAD, { id: made.id, name })).data.node.download;

  await expect(fetched(app, await url("a.csv"))).rejects.toMatchObject({ code: "CONFLICT" });
  await send(app, b.url, "second");

  expect((await fetched(app, await url("a.csv"))).toString()).toBe("first");
  await expect(fetched(app, await url("c.csv"))).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("addresses are renewed for what is missing, and for nothing once all is there", async () => {
  await using app = await openTestApp();
  const { made, a } = await begun(app);
  await send(app, a.url, "first");
  const renewed = async () => (await app.execute(RENEW, { input: { id: made.id } })).data.renewUploads;

  const [b, ...others] = await renewed();
  expect([b.name, others]).toEqual(["b.csv", []]);
  await send(app, b.url, "second");

  expect(await renewed()).toEqual([]);
});

test.each(["dataset_00000000000000000000000000", "model_00000000000000000000000000", "nonsense"])(
  "no addresses are renewed for %s",
  async (id) => {
    await using app = await openTestApp();

    const { errors } = await app.execute(RENEW, { input: { id } });

    expect(errors).toMatchObject([{ extensions: { code: "NOT_FOUND", path: ["input", "id"] } }]);
  },
);

test("a file that came as text is not asked for", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const files = [{ name: "note", text: "abc" }, announced("a.csv", "first")];

  const { data } = await app.execute(CREATE, { input: { model, files } });

  expect(data.createDataset).toMatchObject({ state: "PENDING", uploads: [{ name: "a.csv" }] });
});

test("two names of one content are both sent", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const files = [announced("a.csv", "same"), announced("b.csv", "same")];
  const { data } = await app.execute(CREATE, { input: { model, files } });

  const states = [];
  for (const { url } of data.createDataset.uploads) states.push((await send(app, url, "same")).state);

  expect(states).toEqual(["PENDING", "READY"]);
});

test("files that arrive at the same time make the record READY once", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const names = Array.from({ length: 16 }, (_, index) => `${index}.csv`);
  const files = names.map((name) => announced(name, name));
  const { data } = await app.execute(CREATE, { input: { model, name: "iris", compressed: true, files } });

  await Promise.all(
    data.createDataset.uploads.map(({ url, name }: { url: string; name: string }) => send(app, url, name)),
  );

  const record = await app.app.store.datasets.findOne({ _id: data.createDataset.id }).lean();
  expect(record).toMatchObject({ state: "READY", seq: 1, received: expect.arrayContaining(names) });
});

test("nothing arrives for a record that has been deleted", async () => {
  await using app = await openTestApp();
  const { model, a } = await begun(app);
  await app.execute(`mutation ($input: DeleteModelInput!) { deleteModel(input: $input) { done } }`, {
    input: { name: model, cascade: true },
  });

  await expect(send(app, a.url, "first")).rejects.toMatchObject({ code: "NOT_FOUND" });
});
