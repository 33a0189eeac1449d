import { createHash, randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { openTestApp, type TestApp } from "./support/open-test-app.js";

const FIELDS = `id name owner desc details createdBy`;
const CREATE = `mutation ($input: CreateTreasureChestInput!) { createTreasureChest(input: $input) { ${FIELDS} } }`;
const UPDATE = `mutation ($input: UpdateTreasureChestInput!) { updateTreasureChest(input: $input) { ${FIELDS} } }`;
const CANARY = { username: "canary-user-4711", password: "canary?pass+word/4711" };

const create = (app: TestApp, input: object, caller?: string) => app.execute(CREATE, { input }, caller);
const update = (app: TestApp, input: object) => app.execute(UPDATE, { input });

/** Every document of every collection, as text and with its binary parts in several spellings. */
async function dump({ app: { store } }: TestApp): Promise<string> {
  const names = (await store.connection.db!.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name);
  const documents = await Promise.all(names.map((name) => store.connection.collection(name).find().toArray()));
  return documents.flat().flatMap(textsIn).join("\n");
}

/** All texts in a document, keys too; what is binary as it reads in each spelling that might show a secret. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  if ((value as { _bsontype?: string })._bsontype === "Binary") {
    const bytes = Buffer.from((value as { buffer: Uint8Array }).buffer);
    return [bytes.toString("latin1"), bytes.toString("base64"), bytes.toString("hex")];
  }
  return Object.entries(value).flatMap(([key, each]) => [key, ...textsIn(each)]);
}

const reversed = (text: string): string => [...text].reverse().join("");

/** Ways in which a secret might lie somewhere after all. */
const spellings = (secret: string): string[] => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  Buffer.from(secret).toString("base64").replace(/=+$/, "").slice(0, -1),
  Buffer.from(secret).toString("hex"),
  encodeURIComponent(secret),
  reversed(secret),
  ...["sha1", "sha256", "md5"].map((hash) => createHash(hash).update(secret).digest("hex")),
];

test("a chest shows everything but its secret, and belongs to its caller where nobody else is named", async () => {
  await using app = await openTestApp();

  const one = await create(app, { name: "git", desc: "For flora", details: { host: "git" }, ...CANARY }, "anna");
  const other = await create(app, { owner: "bert", ...CANARY }, "anna");

  const shown = { name: "git", owner: "anna", desc: "For flora", details: { host: "git" }, createdBy: "anna" };
  expect(one.data.createTreasureChest).toMatchObject(shown);
  expect(other.data.createTreasureChest).toMatchObject({ owner: "bert", createdBy: "anna" });
});

test("no field, and no argument of a query, knows a secret", async () => {
  await using app = await openTestApp();

  const { data } = await app.execute(
    `{ __schema { types { name kind fields { name args { name type { name ofType { name } } } type { name ofType { name } } } } } }`,
  );

  const fields = data.__schema.types.flatMap(({ fields }: { fields: { name: string }[] | null }) => fields ?? []);
  const chest = data.__schema.types.find(({ name }: { name: string }) => name === "TreasureChest");
  expect(JSON.stringify(fields)).not.toMatch(/"Secret"|password|pswd|username/i);
  expect(chest.fields.map(({ name }: { name: string }) => name).sort()).toEqual(
    "builds createdAt createdBy deleting desc details id modifiedAt name owner pushes superseded".split(" "),
  );
});

test("a secret lies nowhere in the store, in no spelling, whatever was done with its chest", async () => {
  await using app = await openTestApp();
  const second = { username: "second-user-4712", password: "second?pass+word/4712" };
  await create(app, { name: "git", idempotencyKey: "create", ...CANARY });
  await create(app, { name: "git", ...CANARY });
  await update(app, { name: "git", desc: "new", idempotencyKey: "update", ...second });
  await app.settled();

  const everything = await dump(app);

  expect(everything).toContain("git");
  expect(everything.length).toBeGreaterThan(2_000);
  const found = [CANARY, second]
    .flatMap(Object.values)
    .flatMap(spellings)
    .filter((each) => everything.includes(each));
  expect(found).toEqual([]);
});

test("the hash that a key is kept with cannot be guessed from the password", async () => {
  await using one = await openTestApp();
  await using other = await openTestApp();
  await create(one, { name: "git", idempotencyKey: "once", ...CANARY });
  await create(other, { name: "git", idempotencyKey: "once", ...CANARY });

  const hashOf = async ({ app }: TestApp) => (await app.store.treasureChests.findOne({}).lean())!.used_keys![0]!.hash;

  expect(await hashOf(one)).not.toBe(await hashOf(other));
});

test.each(["name", "owner", "desc"])("a password in the %s of its chest is refused", async (field) => {
  await using app = await openTestApp();

  const refused = await create(app, { [field]: "canary-4711", username: "flora", password: "canary-4711" });
  const made = await create(app, { [field]: "canary-4712", username: "flora", password: "canary-4711" });

  const extensions = { code: "BAD_USER_INPUT", path: ["input", field] };
  expect(refused.errors).toMatchObject([{ extensions }]);
  expect(JSON.stringify(refused)).not.toContain("canary-4711");
  expect(made.errors).toBeUndefined();
});

test.each([
  { a: "canary-4711" },
  { a: [{ b: "see canary-4711." }] },
  { "canary-4711": 1 },
  { a: { "x canary-4711": null } },
])("a password in details as %j is refused", async (details) => {
  await using app = await openTestApp();

  const { errors } = await create(app, { details, username: "flora", password: "canary-4711" });

  expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT", path: ["input", "details"] } }]);
  expect(await app.app.store.connection.collection("secrets").countDocuments({ chest: { $exists: true } })).toBe(0);
});

test("a password is kept out of what is changed later, and of what stays when the password changes", async () => {
  await using app = await openTestApp();
  await create(app, { name: "git", desc: "ask for kea-4713", username: "flora", password: "canary-4711" });

  const shown = await update(app, { name: "git", desc: "it is canary-4711" });
  const taken = await update(app, { name: "git", username: "flora", password: "kea-4713" });
  const good = await update(app, { name: "git", username: "flora", password: "kea-4713", desc: null });

  expect(shown.errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT", path: ["input", "desc"] } }]);
  expect(taken.errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT", path: ["input", "desc"] } }]);
  expect(good.data.updateTreasureChest.desc).toBe(null);
});

test("user and password change together, and what is left out stays", async () => {
  await using app = await openTestApp();
  const { id } = (await create(app, { name: "git", desc: "old", ...CANARY })).data.createTreasureChest;
  const secret = async () => {
    const { secret_version } = await app.app.store.treasureChests.findById(id).lean().orFail();
    return app.app.vault.open(id, secret_version);
  };

  const half = [await update(app, { name: "git", username: "x" }), await update(app, { name: "git", password: "x" })];
  await update(app, { name: "git", desc: "new" });
  expect(await secret()).toEqual(CANARY);
  await update(app, { name: "git", username: "rosa", password: "a b c" });

  expect(half.map(({ errors }) => errors?.[0]?.extensions["path"])).toEqual([
    ["input", "password"],
    ["input", "username"],
  ]);
  expect(await secret()).toEqual({ username: "rosa", password: "a b c" });
});

test("a deleted chest leaves no secret behind", async () => {
  await using app = await openTestApp();
  const { id } = (await create(app, { name: "git", ...CANARY })).data.createTreasureChest;

  await app.execute(`mutation ($input: DeleteTreasureChestInput!) { deleteTreasureChest(input: $input) { done } }`, {
    input: { name: "git" },
  });

  await expect(app.app.vault.open(id, 1)).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("a name that is taken is refused without a word of the secret, and the first one keeps its own", async () => {
  await using app = await openTestApp();
  const { id } = (await create(app, { name: "git", ...CANARY })).data.createTreasureChest;
  const other = { username: "rosa", password: randomBytes(16).toString("hex") };

  const { errors } = await create(app, { name: "git", ...other });

  expect(errors).toMatchObject([{ message: "The name is taken.", extensions: { code: "ALREADY_EXISTS" } }]);
  expect(JSON.stringify(errors)).not.toContain(other.password);
  expect(await app.app.vault.open(id, 1)).toEqual(CANARY);
});

test.each(["", "a\nb", "a\u0000b", "x".repeat(4097)])(
  "the secret %j is refused without being told again",
  async (password) => {
    await using app = await openTestApp();

    const { errors } = await create(app, { username: "flora", password });

    expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
  },
);

test.each(["x", " a b ", "ä€😀", "x".repeat(4096), "$where", "__proto__"])(
  "the secret %j is kept as it is",
  async (password) => {
    await using app = await openTestApp();

    const { data } = await create(app, { name: "git-0", owner: "nobody", username: "flora", password });

    expect(await app.app.vault.open(data.createTreasureChest.id, 1)).toEqual({ username: "flora", password });
  },
);

test("a chest leads to the builds that fetch with it and to those that push with it", async () => {
  await using app = await openTestApp();
  await create(app, { name: "git", ...CANARY });

  const { data } = await app.execute(`{ treasureChest(name: "git") { builds { totalCount } pushes { totalCount } } }`);

  expect(data.treasureChest).toEqual({ builds: { totalCount: 0 }, pushes: { totalCount: 0 } });
});

test.each([{ name: "canary-user-4711" }, { desc: "for canary-user-4711." }, { details: { a: ["canary-user-4711"] } }])(
  "a user name in %j is refused, and no answer holds it",
  async (fields) => {
    await using app = await openTestApp();

    const refused = await create(app, { ...CANARY, ...fields });

    const extensions = { code: "BAD_USER_INPUT", path: ["input", Object.keys(fields)[0]] };
    expect(refused.errors).toMatchObject([{ extensions }]);
    expect(JSON.stringify(refused)).not.toContain(CANARY.username);
  },
);

test("a user name that is part of another word is none, nor that of the owner", async () => {
  await using app = await openTestApp();

  const made = await create(app, { name: "annual", desc: "for anna", owner: "ann", username: "ann", password: "p-47" });
  const changed = await update(app, { name: "annual", desc: "for ann" });

  expect(made.errors).toBeUndefined();
  expect(changed.errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT", path: ["input", "desc"] } }]);
});
