import type { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { extract } from "tar-stream";
import { describe, expect, test } from "vitest";
import { type Source, SourceError, type SourceRequest } from "../../src/source/source.js";

export interface OpenSource extends AsyncDisposable {
  readonly source: Source;
  /** Makes a project with these files and gives its request. */
  project(files: Readonly<Record<string, string>>): Promise<SourceRequest>;
  /** Names nothing. */
  readonly missing: SourceRequest;
  /** The commit of what `project` made last, where it is in git. */
  commit(): string | null;
}

/** What is in a context: text of files, `-> target` of links, `/` of folders. */
export async function contentOf(context: Readable): Promise<Record<string, string>> {
  const content: Record<string, string> = {};
  const archive = extract();
  context.once("error", (error) => archive.destroy(error));
  context.pipe(archive);
  for await (const entry of archive) {
    const { name, type, linkname } = entry.header;
    const inside = await text(entry);
    content[name] = type === "symlink" ? `-> ${linkname}` : type === "directory" ? "/" : inside;
  }
  return content;
}

export const silent = () => {};

/** What every adapter of Source owes. */
export function sourceContract(name: string, open: () => Promise<OpenSource>): void {
  describe(name, () => {
    test("a project becomes a context with its files, and the log says something", async () => {
      await using opened = await open();
      const request = await opened.project({ Dockerfile: "FROM scratch\n", "a/b.txt": "deep" });
      let log = "";

      await using context = await opened.source.open(request, (piece) => (log += piece));

      expect(await contentOf(context.stream())).toMatchObject({ Dockerfile: "FROM scratch\n", "a/b.txt": "deep" });
      expect(context.gitVersion).toBe(opened.commit());
      expect(context.gitDirty).toBe(opened.commit() === null ? null : false);
      expect(log).not.toBe("");
    });

    test("the context can be read twice at once, and is the same byte for byte", async () => {
      await using opened = await open();
      const request = await opened.project({ Dockerfile: "FROM scratch\n", large: "x".repeat(1_000_000), z: "" });

      await using context = await opened.source.open(request, silent);
      const [first, second] = await Promise.all([buffer(context.stream()), buffer(context.stream())]);

      expect(first.equals(second)).toBe(true);
    });

    test("a stream that is given up harms neither the next nor the end", async () => {
      await using opened = await open();
      const request = await opened.project({ Dockerfile: "FROM scratch\n", large: "x".repeat(5_000_000) });

      await using context = await opened.source.open(request, silent);
      const given = context.stream();
      await new Promise((resolve) => given.once("data", resolve));
      given.destroy();

      expect((await contentOf(context.stream())).large).toHaveLength(5_000_000);
    });

    test("a project that is not there is an error for its person", async () => {
      await using opened = await open();

      await expect(opened.source.open(opened.missing, silent)).rejects.toThrow(SourceError);
    });

    test("a project without a Dockerfile is an error for its person", async () => {
      await using opened = await open();
      const request = await opened.project({ "docker/Dockerfile": "FROM scratch\n" });

      await expect(opened.source.open(request, silent)).rejects.toThrow("no Dockerfile");
    });

    test("an aborted request opens nothing", async () => {
      await using opened = await open();
      const request = await opened.project({ Dockerfile: "FROM scratch\n" });
      const signal = AbortSignal.abort(new Error("cancelled"));

      await expect(opened.source.open({ ...request, signal }, silent)).rejects.toThrow("cancelled");
    });
  });
}
