import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStore } from "../../src/open-store.js";
import { knownFault } from "../../src/store/mongo/refuse-unfit.js";
import { openTestDatabase } from "../support/open-test-database.js";
import { codesOf } from "./support/door.js";
import { openServed, type Served } from "./support/open-served.js";

let served: Served;
beforeAll(async () => {
  served = await openServed();
});
afterAll(() => served[Symbol.asyncDispose]());

const HIDDEN = [
  "_id",
  "pswd",
  "password",
  "username",
  "secret_version",
  "outbox",
  "used_keys",
  "lease",
  "lease.owner",
  "key",
  "seq",
  "deleted",
  "token",
  "$where",
];
const LISTS = ["treasureChests", "models", "datasets", "modelVersions", "trainings", "deployments", "builds"];
const places = LISTS.flatMap((list) => HIDDEN.map((field) => [list, field] as const));
const typeOf = (list: string) => list[0]!.toUpperCase() + list.slice(1, -1);

test.each(places)("%s are neither filtered nor ordered by %s", async (list, field) => {
  const filtered = `query ($f: ${typeOf(list)}Filter) { ${list}(filter: $f) { totalCount } }`;
  const ordered = `query ($o: [${typeOf(list)}Order!]) { ${list}(orderBy: $o) { totalCount } }`;
  expect(codesOf((await served.query(filtered, { f: { [field]: { eq: "x" } } })).body)).toContain("BAD_USER_INPUT");
  expect(codesOf((await served.query(ordered, { o: [{ field }] })).body)).toContain("BAD_USER_INPUT");
});

test.each(["password", "username", "secret_version", "outbox", "key", "_id", "used_keys"])(
  "no chest shows its %s",
  async (field) => {
    const { body } = await served.query(`{ treasureChests { nodes { name ${field} } } }`);
    expect(codesOf(body)).toEqual(["GRAPHQL_VALIDATION_FAILED"]);
  },
);

test.each(LISTS)("%s are filtered and ordered by when they were made", async (list) => {
  const query = `query ($f: ${typeOf(list)}Filter, $o: [${typeOf(list)}Order!]) { ${list}(filter: $f, orderBy: $o) { totalCount } }`;
  const { body } = await served.query(query, {
    f: { createdAt: { gte: "2024-01-01T00:00:00Z" } },
    o: [{ field: "CREATED_AT", direction: "DESC" }],
  });
  expect(body.errors).toBeUndefined();
});

const DESCRIBED = "query ($f: ModelFilter) { models(filter: $f) { nodes { desc } } }";
const describedBy = async (f: object) => {
  const { body } = await served.query(DESCRIBED, { f });
  return body.data.models.nodes.map(({ desc }: { desc: string }) => desc);
};

test.each(["$name", "$$ROOT", "$$NOW", "$literal", ".*", "(a+)+$", "^", "[a-z]", "\\w"])(
  "the text %s is looked for as it stands, whatever else it could mean",
  async (text) => {
    await served.query("mutation ($i: CreateModelInput!) { createModel(input: $i) { id } }", {
      i: { desc: `<${text}>` },
    });
    expect(await describedBy({ desc: { contains: text } })).toEqual([`<${text}>`]);
    expect(await describedBy({ desc: { startsWith: `<${text}` } })).toEqual([`<${text}>`]);
    expect(await describedBy({ desc: { eq: text } })).toEqual([]);
  },
);

test("a text of 65 characters or of 64 kB is not looked for, and one of 64 is", async () => {
  const ask = (length: number) => served.query(DESCRIBED, { f: { desc: { contains: "a".repeat(length) } } });
  expect((await ask(64)).body.errors).toBeUndefined();
  expect((await ask(65)).body.errors[0].extensions).toMatchObject({ code: "BAD_USER_INPUT" });
  expect((await ask(64 * 1024)).body.errors[0].extensions).toMatchObject({ code: "BAD_USER_INPUT" });
});

const DETAILED = "query ($f: DatasetFilter) { datasets(filter: $f) { nodes { name } } }";

test.each([["$where"], ["__proto__"], ["_bsontype"], ["a\u0000b"], [""]])(
  "a path into details with the key %j is refused",
  async (...path) => {
    const f = { model: { eq: "x" }, details: [{ path, eq: 1 }] };
    expect(codesOf((await served.query(DETAILED, { f })).body)).toEqual(["BAD_USER_INPUT"]);
  },
);

test("a path into details leads by keys as they stand, and its value is compared as it stands", async () => {
  const { name: model } = await served.app.seed.model();
  const details = { "a.b": "$$ROOT", a: { b: "other" } };
  const dataset = await served.app.seed.dataset({ model, details });
  const found = async (path: string[], eq: string) =>
    (await served.query(DETAILED, { f: { model: { eq: model }, details: [{ path, eq }] } })).body.data.datasets.nodes;
  expect(await found(["a.b"], "$$ROOT")).toEqual([{ name: dataset.name }]);
  expect(await found(["a", "b"], "$$ROOT")).toEqual([]);
  expect(await found(["a", "b"], "other")).toEqual([{ name: dataset.name }]);
});

test("no cursor passes that differs from one that was given by a single character", { timeout: 60_000 }, async () => {
  await Promise.all([served.app.seed.project(), served.app.seed.project()]);
  const query = "query ($after: String) { projects(first: 1, after: $after) { nodes { id } pageInfo { endCursor } } }";
  const cursor = (await served.query(query)).body.data.projects.pageInfo.endCursor as string;
  expect((await served.query(query, { after: cursor })).body.errors).toBeUndefined();
  // The last characters of base64url may hold bits that stand for nothing.
  const changed = [...cursor.slice(0, -2)].map(
    (each, at) => `${cursor.slice(0, at)}${each === "A" ? "B" : "A"}${cursor.slice(at + 1)}`,
  );
  for (const after of [...changed, cursor.slice(0, -4), "eyIkZ3QiOiIifQ", "x".repeat(100_000), "null"]) {
    const { body } = await served.query(query, { after });
    expect(body.errors, after).toMatchObject([{ extensions: { code: "BAD_USER_INPUT", path: ["after"] } }]);
  }
});

test("of sixty-four that make one name at the same time, one does", async () => {
  const query = `mutation { createProject(input: { name: "contended" }) { id } }`;
  const answers = await Promise.all(Array.from({ length: 64 }, () => served.query(query)));
  const codes = answers.flatMap(({ body }) => codesOf(body));
  expect(codes).toEqual(Array.from({ length: 63 }, () => "ALREADY_EXISTS"));
  expect(await served.app.app.store.projects.countDocuments({ name: "contended" })).toBe(1);
});

test("sixty-four different names at the same time are all made", async () => {
  const make = (index: number) => served.query(`mutation { createProject(input: { name: "own-${index}" }) { name } }`);
  const answers = await Promise.all(Array.from({ length: 64 }, (_, index) => make(index)));
  expect(answers.flatMap(({ body }) => codesOf(body))).toEqual([]);
});

test("five that start at once over one database make each index once", { timeout: 120_000 }, async () => {
  const indexesOf = async (openings: number) => {
    await using database = await openTestDatabase();
    const { connection } = database;
    const now = () => Promise.resolve(new Date());
    const own = () => connection.useDb(connection.name, { useCache: false });
    await Promise.all(Array.from({ length: openings }, () => openStore(own(), now, new Map())));
    const collections = await connection.db!.listCollections({}, { nameOnly: true }).toArray();
    const named = collections.map(async ({ name }) => {
      const indexes = await connection.db!.collection(name).indexes();
      return [name, indexes.map((each) => each.name).sort()] as const;
    });
    return Object.fromEntries(await Promise.all(named));
  };
  const [one, five] = [await indexesOf(1), await indexesOf(5)];
  expect(five).toEqual(one);
  expect(Object.keys(one).length).toBeGreaterThan(10);
});

test("indexes are made by the start alone: no query of a model builds one by itself", () => {
  const { models, connection } = served.app.app.store;
  expect(models.schema.get("autoIndex")).toBe(false);
  expect(connection.get("autoIndex")).toBe(false);
});

const sources = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((each) => each.endsWith(".ts"));

test("nothing populates, and no JavaScript is sent to a store", () => {
  const doing = sources.filter((each) =>
    /\.populate\(|"?\$where"?:|\$function|\$accumulator/.test(readFileSync(join("src", each), "utf8")),
  );
  expect(doing).toEqual([]);
});

test.each(["6.0.5", "6.0.26", "6.3.2", "7.0.27", "7.3.4", "8.0.16", "8.1.0", "8.2.2", "5.0.31", "3.6.0"])(
  "MongoDB %s is known to be bad",
  (version) => {
    expect(knownFault(version)).toMatch(/CVE-2025-14847.*upgrade it to/);
  },
);

test.each(["6.0.27", "7.0.28", "8.0.17", "8.2.3", "8.3.0", "9.0.0"])("nothing is known of MongoDB %s", (version) => {
  expect(knownFault(version)).toBeNull();
});
