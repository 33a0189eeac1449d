import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { claimFiles } from "../src/files/claim-files.js";
import { folderPlace } from "../src/files/files-folder.js";
import { openTestDatabase } from "./support/open-test-database.js";
import { openTempFolder } from "./support/temp-folder.js";

async function opened() {
  const database = await openTestDatabase();
  const root = await openTempFolder();
  const folder = async (name: string) => {
    await mkdir(join(root.path, name));
    return join(root.path, name);
  };
  const installation = database.connection.collection<{ _id: string; value: string | number }>("installation");
  return {
    folder,
    claim: (path: string, cluster = "c1") => claimFiles(folderPlace(path), cluster, { installation } as never),
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await root[Symbol.asyncDispose]();
    },
  };
}

test("the first folder of an installation is marked, and any process may share it", async () => {
  await using files = await opened();
  const one = await files.folder("one");

  await files.claim(one);
  await files.claim(one);

  expect((await readFile(join(one, "installation"), "utf8")).trim()).toBe("c1");
});

test("another folder is refused, and both are named", async () => {
  await using files = await opened();
  const [one, other] = [await files.folder("one"), await files.folder("other")];
  await files.claim(one);

  const refused = files.claim(other);

  await expect(refused).rejects.toThrow(`lie in ${one}, and ${other} is another place`);
  await expect(refused).rejects.toMatchObject({ name: "StoreRefused" });
});

test("a folder that was moved with what is in it is the same, from where it is", async () => {
  await using files = await opened();
  const one = await files.folder("one");
  await files.claim(one);
  await rename(one, `${one}-moved`);
  await files.claim(`${one}-moved`);

  await expect(files.claim(await files.folder("other"))).rejects.toThrow(`lie in ${one}-moved`);
});

test("the folder of another installation is refused", async () => {
  await using files = await opened();
  const one = await files.folder("one");
  await writeFile(join(one, "installation"), "c2\n");

  await expect(files.claim(one)).rejects.toThrow(`${one} holds the files of another installation`);
});

test("a folder that lost its marker is refused with what mends it", async () => {
  await using files = await opened();
  const one = await files.folder("one");
  await files.claim(one);
  await rm(join(one, "installation"));

  await expect(files.claim(one)).rejects.toThrow(`write c1 into ${join(one, "installation")}`);
});

test("of many first processes with a folder each, one starts", async () => {
  await using files = await opened();
  const folders = await Promise.all(["a", "b", "c", "d"].map(files.folder));

  const ends = await Promise.allSettled(folders.map((each) => files.claim(each)));

  expect(ends.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});

test("a folder that is missing at its own place is reported, and is not made anew", async () => {
  await using files = await opened();
  const one = await files.folder("one");
  await files.claim(one);
  await rm(one, { recursive: true });

  await expect(files.claim(one)).rejects.toThrow(`lie in ${one}, and are not there: the folder or its disk is missing`);
  await expect(readdir(one)).rejects.toThrow("ENOENT");
});

test("a marker that a crash left empty is none, and the first start goes on", async () => {
  await using files = await opened();
  const one = await files.folder("one");
  await writeFile(join(one, "installation"), "");

  await files.claim(one);

  expect(await readdir(one)).toEqual(["installation"]);
  expect((await readFile(join(one, "installation"), "utf8")).trim()).toBe("c1");
});

test("a folder in the place of the marker is reported in a sentence", async () => {
  await using files = await opened();
  const one = await files.folder("one");
  await mkdir(join(one, "installation"));

  await expect(files.claim(one)).rejects.toThrow(
    `${join(one, "installation")} cannot be read: it is a folder (EISDIR).`,
  );
});
