import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { type Header, pack } from "tar-stream";
import { expect, test } from "vitest";
import { ImageBuildError } from "../src/runtime/image-builder.js";
import { ProcessImageBuilder } from "../src/runtime/process/process-image-builder.js";
import { unpackContext } from "../src/runtime/process/unpack-context.js";
import { openTempFolder, writeTree } from "./support/temp-folder.js";

type Entry = Partial<Header> & { readonly name: string; readonly content?: string };

function tarWith(entries: readonly Entry[]): Readable {
  const archive = pack();
  for (const { content, ...header } of entries)
    if (content === undefined) archive.entry({ ...header, size: 0 });
    else archive.entry(header, content);
  archive.finalize();
  return Readable.from(archive, { objectMode: false });
}

const file = (name: string): Entry => ({ name, content: "x" });
const link = (name: string, linkname: string): Entry => ({ name, type: "symlink", linkname });

const HOSTILE: readonly (readonly [string, readonly Entry[], string])[] = [
  ["an absolute path", [file("/tmp/rocas-outside")], "/tmp/rocas-outside"],
  ["a path that leads out", [file("../outside")], "../outside"],
  ["a path that leads out from inside", [file("a/../../outside")], "a/../../outside"],
  ["a dot in a path", [file("a/./b")], "a/./b"],
  ["a name with a control character", [file("a\u0007b")], "signs that no file name should"],
  ["a link out of the tree", [link("a", "../outside")], "leads out of the project"],
  ["a link to an absolute path", [link("a", "/etc")], "leads out of the project"],
  ["links in a circle", [link("a", "b"), link("b", "a")], "leads out of the project"],
  ["a file below a link", [link("a", "."), file("a/b")], "as a link, not a folder"],
  ["a hard link", [file("a"), { name: "b", type: "link", linkname: "a" }], "no file, folder or symbolic link"],
  ["a device", [{ name: "a", type: "character-device" }], "no file, folder or symbolic link"],
  ["a pipe", [{ name: "a", type: "fifo" }], "no file, folder or symbolic link"],
  ["a name twice", [file("a"), file("a")], "one name twice"],
  ["a file below a file", [file("a"), file("a/b")], "one name twice"],
  ["one name in two cases", [file("a"), file("A")], "one name where case does not count"],
];

for (const [what, entries, said] of HOSTILE)
  test(`a context with ${what} is refused, and nothing is written outside`, async () => {
    await using folder = await openTempFolder();
    await writeTree(folder.path, { "context/.keep": "" });

    const unpacking = unpackContext(tarWith(entries), join(folder.path, "context"));

    await expect(unpacking).rejects.toThrow(ImageBuildError);
    await expect(unpacking).rejects.toThrow(said);
    expect(await readdir(folder.path)).toEqual(["context"]);
  });

test("a context with more entries than the limit is refused", async () => {
  await using folder = await openTempFolder();
  const entries = Array.from({ length: 11 }, (_, number) => file(`f${number}`));

  const unpacking = unpackContext(tarWith(entries), folder.path, { entries: 10, bytes: 1000 });

  await expect(unpacking).rejects.toThrow("more than 10 files and folders");
});

test("a file that is larger than the limit is refused before it is written", async () => {
  await using folder = await openTempFolder();
  const large = { name: "large", content: "x".repeat(2000) };

  await expect(unpackContext(tarWith([large]), folder.path, { entries: 10, bytes: 1000 })).rejects.toThrow(
    "larger than",
  );
  expect(await readdir(folder.path)).toEqual([]);
});

test("a link that a COPY would place so that it leads out of the project is refused", async () => {
  await using folder = await openTempFolder();
  const builder = new ProcessImageBuilder({ root: folder.path });
  const dockerfile = { name: "Dockerfile", content: "FROM rocas/onboard\nCOPY a/b/ ./\n" };
  const context = tarWith([dockerfile, file("outside"), link("a/b/c", "../../outside")]);

  const building = builder.build(context, { tag: "rocas-test/link:1", noCache: false }, () => {});

  await expect(building).rejects.toThrow('The link "c" leads out of the project');
});

test("no file is written through a link that an earlier COPY has placed", async () => {
  await using folder = await openTempFolder();
  const builder = new ProcessImageBuilder({ root: folder.path });
  const dockerfile = { name: "Dockerfile", content: "FROM rocas/onboard\nCOPY a/ ./\nCOPY b/ ./\n" };
  const context = tarWith([dockerfile, link("a/x", "y"), file("a/y/z"), file("b/x/evil")]);

  const building = builder.build(context, { tag: "rocas-test/link:2", noCache: false }, () => {});

  await expect(building).rejects.toThrow("COPY b/ ./: /project/x is a link already");
});
