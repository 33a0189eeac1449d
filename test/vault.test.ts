import { chmod, readFile, rm, stat, writeFile } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { openSealedVault } from "./support/open-sealed-vault.js";

const SECRET = { username: "grace", password: "canary-4f8e1d" };

async function keyFile(folder: string, bytes: Buffer, mode = 0o400): Promise<string> {
  const path = join(folder, `key-${randomBytes(4).toString("hex")}`);
  await writeFile(path, bytes);
  await chmod(path, mode);
  return path;
}

test("the first start makes a key that only its owner reads, and says where", async () => {
  await using opened = await openSealedVault();

  expect(opened.made).toEqual([join(opened.data, "keys", "1")]);
  const status = await stat(opened.made[0]!);
  expect([status.size, status.mode & 0o777]).toEqual([32, 0o400]);
});

test("the next start makes no other key, opens what was kept and signs alike", async () => {
  await using opened = await openSealedVault();
  await opened.vault.keep("chest_a", 1, SECRET);

  const again = await opened.restart();

  expect(opened.made).toHaveLength(1);
  expect(await again.open("chest_a", 1)).toEqual(SECRET);
  expect(again.sign("ticket", "text").equals(opened.vault.sign("ticket", "text"))).toBe(true);
});

test("the stored secret shows neither user nor password, in no spelling", async () => {
  await using opened = await openSealedVault();
  await opened.vault.keep("chest_a", 1, SECRET);

  const stored = Buffer.concat(
    (await opened.secrets.find({}, { raw: true } as object).toArray()).map((raw) => raw as unknown as Buffer),
  );

  for (const value of Object.values(SECRET))
    for (const encoding of ["utf8", "base64", "hex", "utf16le"] as const) {
      const bytes = Buffer.from(value);
      expect(stored.includes(encoding === "utf16le" ? Buffer.from(value, encoding) : bytes.toString(encoding))).toBe(
        false,
      );
    }
  expect(stored.includes([...SECRET.password].reverse().join(""))).toBe(false);
});

test("a secret copied to another chest does not open", async () => {
  await using opened = await openSealedVault();
  await opened.vault.keep("chest_a", 1, SECRET);
  const stored = await opened.secrets.findOne({ _id: "chest_a.1" });

  await opened.secrets.insertOne({ ...stored!, _id: "chest_b.1" });

  await expect(opened.vault.open("chest_b", 1)).rejects.toThrow();
  expect(await opened.vault.open("chest_a", 1)).toEqual(SECRET);
});

test("an old version under a new number does not open", async () => {
  await using opened = await openSealedVault();
  await opened.vault.keep("chest_a", 1, SECRET);
  const stored = await opened.secrets.findOne({ _id: "chest_a.1" });

  await opened.secrets.insertOne({ ...stored!, _id: "chest_a.2" });

  await expect(opened.vault.open("chest_a", 2)).rejects.toThrow();
});

for (const field of ["key", "sealed"])
  test(`a flipped bit in the stored ${field} does not open, and the error names no value`, async () => {
    await using opened = await openSealedVault();
    await opened.vault.keep("chest_a", 1, SECRET);
    const stored = (await opened.secrets.findOne({ _id: "chest_a.1" })) as unknown as Record<
      string,
      { buffer: Buffer }
    >;
    const bytes = Buffer.from(stored[field]!.buffer);
    bytes[bytes.length - 1]! ^= 1;
    await opened.secrets.updateOne({ _id: "chest_a.1" }, { $set: { [field]: bytes } });

    const failure = await opened.vault.open("chest_a", 1).catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(Error);
    expect(inspect(failure)).not.toContain("canary");
  });

test("two secrets that are alike lie there differently", async () => {
  await using opened = await openSealedVault();
  await opened.vault.keep("chest_a", 1, SECRET);
  const before = await opened.secrets.findOne({ _id: "chest_a.1" });

  await opened.vault.keep("chest_a", 1, SECRET);

  expect(await opened.secrets.findOne({ _id: "chest_a.1" })).not.toEqual(before);
});

test("a vault that is printed shows no key", async () => {
  await using opened = await openSealedVault();
  const key = await readFile(opened.made[0]!);

  const printed = inspect(opened.vault, { depth: 9, showHidden: true, getters: true }) + JSON.stringify(opened.vault);

  expect(printed).not.toContain(key.toString("hex").slice(0, 16));
  expect(printed).not.toMatch(/<Buffer/);
});

test("a key removed after its use refuses the start", async () => {
  await using opened = await openSealedVault();
  await rm(opened.made[0]!);

  await expect(opened.restart()).rejects.toThrow(/key of this store's treasure chests is missing/);
});

test("a key that was damaged after its use is to be put back, not made anew", async () => {
  await using opened = await openSealedVault();
  await rm(opened.made[0]!);
  await writeFile(opened.made[0]!, "", { mode: 0o400 });

  const start = opened.restart();

  await expect(start).rejects.toThrow("has 0 bytes, and a key has 32");
  await expect(start).rejects.toThrow("put that back from your backup");
});

test("another key refuses the start", async () => {
  await using opened = await openSealedVault();
  const other = await keyFile(opened.data, randomBytes(32));

  await expect(opened.restart({ keyFile: other })).rejects.toThrow(/opens nothing in this store/);
});

test("the same key from another file opens what it sealed", async () => {
  await using opened = await openSealedVault();
  await opened.vault.keep("chest_a", 1, SECRET);
  const moved = await keyFile(opened.data, await readFile(opened.made[0]!));
  await rm(opened.made[0]!);

  const again = await opened.restart({ keyFile: moved });

  expect(await again.open("chest_a", 1)).toEqual(SECRET);
});

test("a second key in the ring seals, and the first one opens what it sealed", async () => {
  await using opened = await openSealedVault();
  await opened.vault.keep("chest_a", 1, SECRET);
  await writeFile(join(opened.data, "keys", "2"), randomBytes(32), { mode: 0o400 });

  const again = await opened.restart();
  await again.keep("chest_b", 1, SECRET);

  expect(await again.open("chest_a", 1)).toEqual(SECRET);
  await expect(opened.vault.open("chest_b", 1)).rejects.toThrow(/master key/);
});

for (const [what, bytes, mode, sentence] of [
  ["of 31 bytes", randomBytes(31), 0o400, /has 31 bytes/],
  ["of 33 bytes", randomBytes(33), 0o400, /has 33 bytes/],
  ["of zeros", Buffer.alloc(32), 0o400, /are the same/],
  ["of one repeated byte", Buffer.alloc(32, 0xff), 0o400, /are the same/],
  ["that the world may read", randomBytes(32), 0o444, /Others than its owner/],
  ["that the group may read", randomBytes(32), 0o440, /Others than its owner/],
] as const)
  test(`a key ${what} refuses the start`, async () => {
    await using opened = await openSealedVault({ embedded: false });
    const weak = await keyFile(opened.data, bytes, mode);

    await expect(opened.restart({ embedded: false, keyFile: weak })).rejects.toThrow(sentence);
  });

test("a key file that is not there refuses the start", async () => {
  await using opened = await openSealedVault({ embedded: false });

  await expect(opened.restart({ embedded: false, keyFile: join(opened.data, "none") })).rejects.toThrow(
    /cannot be read/,
  );
});

test("a folder in the key file's place refuses the start", async () => {
  await using opened = await openSealedVault({ embedded: false });
  await chmod(opened.data, 0o700);

  await expect(opened.restart({ embedded: false, keyFile: opened.data })).rejects.toThrow(/no plain file/);
});

test("on a MongoDB without a key file no secret is kept, and the sentence says what is missing", async () => {
  await using opened = await openSealedVault({ embedded: false });

  await expect(opened.vault.keep("chest_a", 1, SECRET)).rejects.toThrow(/ROCAS_KEY_FILE/);

  expect(opened.made).toEqual([]);
  expect(await opened.secrets.findOne({ _id: "chest_a.1" })).toBeNull();
});

test("on a MongoDB without a key file all processes sign alike", async () => {
  await using opened = await openSealedVault({ embedded: false });

  const [one, other] = await Promise.all([opened.restart(), opened.restart()]);

  expect(one.sign("ticket", "text").equals(other.sign("ticket", "text"))).toBe(true);
});

test("on a MongoDB a key file given later seals secrets, and is needed from then on", async () => {
  await using opened = await openSealedVault({ embedded: false });
  const key = await keyFile(opened.data, randomBytes(32));

  const again = await opened.restart({ embedded: false, keyFile: key });
  await again.keep("chest_a", 1, SECRET);

  expect(await again.open("chest_a", 1)).toEqual(SECRET);
  await expect(opened.restart({ embedded: false })).rejects.toThrow(/ROCAS_KEY_FILE/);
});

test("many first starts on one store agree on one key", async () => {
  await using opened = await openSealedVault({ embedded: false });
  const keys = await Promise.all([1, 2, 3].map(() => keyFile(opened.data, randomBytes(32))));

  const starts = await Promise.allSettled(keys.map((each) => opened.restart({ embedded: false, keyFile: each })));

  expect(starts.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});
