import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { announced } from "./support/exchange.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";
import { serveApp } from "./support/serve-app.js";
import { NEEDS_S3, openTestBucket, S3_ENDPOINT } from "./support/test-bucket.js";

const CONTENT = randomBytes(300_000);
const OTHER = randomBytes(300_000);

const CREATE = `mutation ($input: CreateDatasetInput!) {
  createDataset(input: $input) { id uploads { url direct { url expiresAt headers { name value } } } }
}`;
const CONFIRM = `mutation ($input: ConfirmUploadInput!) { confirmUpload(input: $input) { id state } }`;
const READ = `query ($id: ID!, $name: String) { node(id: $id) { ... on Dataset { state download(name: $name) } } }`;

interface Direct {
  readonly url: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
}

/** A dataset with one announced file, at a server whose bucket clients reach. */
async function begun(app: TestApp, how: object = {}) {
  const { name: model } = await app.seed.model();
  const files = [announced("a/scan 1.html", CONTENT)];
  const { data } = await app.execute(CREATE, { input: { model, files, ...how } });
  const { id, uploads } = data.createDataset;
  const direct = uploads[0].direct as Direct;
  return {
    id: id as string,
    direct,
    send: (content: Buffer, { url, headers }: Direct = direct) =>
      fetch(url, {
        method: "PUT",
        headers: headers.map(({ name, value }): [string, string] => [name, value]),
        body: new Uint8Array(content),
      }),
    confirm: () => app.execute(CONFIRM, { input: { id, name: "a/scan 1.html" } }),
    read: async (name?: string) => (await app.execute(READ, { id, name })).data.node,
  };
}

const bytesOf = async (answer: Response) => Buffer.from(await answer.arrayBuffer());

describe.skipIf(!S3_ENDPOINT)(`a bucket that clients reach ${NEEDS_S3}`, () => {
  test("takes a file, which the record has once it is confirmed", async () => {
    await using bucket = await openTestBucket("rocas/");
    await using app = await openTestApp({ ...bucket.settings, ROCAS_FILES_URL: S3_ENDPOINT });
    const dataset = await begun(app);

    const sent = await dataset.send(CONTENT);
    const before = (await dataset.read()).state;
    const confirmed = await dataset.confirm();
    const again = await dataset.confirm();

    expect([sent.status, before]).toEqual([200, "PENDING"]);
    expect([confirmed.errors, confirmed.data.confirmUpload.state]).toEqual([undefined, "READY"]);
    expect(again.data).toEqual(confirmed.data);
    expect((await bucket.keys()).filter((key) => key.includes("direct/"))).toEqual([]);
  });

  test("gives a file by a redirect, to be saved and not shown, whole and in ranges", async () => {
    await using bucket = await openTestBucket("rocas/");
    await using app = await openTestApp({ ...bucket.settings, ROCAS_FILES_URL: S3_ENDPOINT });
    await using server = await serveApp(app);
    const dataset = await begun(app);
    await dataset.send(CONTENT);
    await dataset.confirm();
    const { download } = await dataset.read("a/scan 1.html");

    const redirect = await fetch(server.url + download, { redirect: "manual" });
    const whole = await fetch(server.url + download);
    const range = await fetch(server.url + download, { headers: { range: "bytes=1000-1999" } });

    expect([redirect.status, redirect.headers.get("location")!.startsWith(`${S3_ENDPOINT}/`)]).toEqual([307, true]);
    expect(whole.headers.get("content-disposition")).toBe(
      `attachment; filename="scan_1.html"; filename*=UTF-8''scan%201.html`,
    );
    expect(whole.headers.get("content-type")).toBe("application/octet-stream");
    expect((await bytesOf(whole)).equals(CONTENT)).toBe(true);
    expect([range.status, (await bytesOf(range)).equals(CONTENT.subarray(1_000, 2_000))]).toEqual([206, true]);
  });

  test("does not take other content, or content under another checksum", async () => {
    await using bucket = await openTestBucket("rocas/");
    await using app = await openTestApp({ ...bucket.settings, ROCAS_FILES_URL: S3_ENDPOINT });
    const dataset = await begun(app);
    const { url, headers } = dataset.direct;
    const sha256 = Buffer.from(announced("", OTHER).sha256, "hex").toString("base64");
    const forged = headers.map(({ name, value }) => ({ name, value: name.includes("sha256") ? sha256 : value }));
    const unsigned = headers.filter(({ name }) => !name.includes("sha256"));

    const refused = [
      await dataset.send(OTHER),
      await dataset.send(OTHER, { url, headers: forged }),
      await dataset.send(OTHER, { url, headers: unsigned }),
      await dataset.send(CONTENT.subarray(1), {
        url,
        headers: headers.filter(({ name }) => name !== "content-length"),
      }),
    ];

    expect(refused.map(({ status }) => status >= 400 && status < 500)).toEqual([true, true, true, true]);
    const { errors } = await dataset.confirm();
    expect(errors).toMatchObject([{ extensions: { code: "CONFLICT", path: ["input", "name"] } }]);
  });

  test("of a kind that let other content in has it refused, and keeps nothing of it", async () => {
    await using bucket = await openTestBucket("rocas/");
    await using app = await openTestApp({ ...bucket.settings, ROCAS_FILES_URL: S3_ENDPOINT });
    const dataset = await begun(app);
    const key = new URL(dataset.direct.url).pathname.split("/rocas/")[1]!;
    await bucket.bucket.put(key, OTHER);

    const { errors } = await dataset.confirm();

    expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT", path: ["input", "name"] } }]);
    expect([(await dataset.read()).state, await bucket.keys()]).toEqual(["PENDING", ["rocas/installation"]]);
  });

  test("gives no address for records that are kept in the store itself", async () => {
    await using bucket = await openTestBucket("rocas/");
    await using app = await openTestApp({ ...bucket.settings, ROCAS_FILES_URL: S3_ENDPOINT });

    expect((await begun(app, { lightweight: true })).direct).toBeNull();
  });
});

test("without a bucket that clients reach there is no direct address, and nothing to confirm", async () => {
  await using app = await openTestApp();
  const dataset = await begun(app);

  const { errors } = await dataset.confirm();

  expect(dataset.direct).toBeNull();
  expect(errors).toMatchObject([{ extensions: { code: "CONFLICT", path: ["input", "name"] } }]);
});

test.each([
  [{ id: "dataset_00000000000000000000000000", name: "a" }, "id"],
  [{ id: "nonsense", name: "a" }, "id"],
])("%o is no upload to confirm", async (input, field) => {
  await using app = await openTestApp();

  const { errors } = await app.execute(CONFIRM, { input });

  expect(errors).toMatchObject([{ extensions: { code: "NOT_FOUND", path: ["input", field] } }]);
});
