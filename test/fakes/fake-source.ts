import { Readable } from "node:stream";
import { pack } from "tar-stream";
import type { OnLog } from "../../src/runtime/image-builder.js";
import { type BuildContext, type Source, SourceError, type SourceRequest } from "../../src/source/source.js";

/** Projects in memory: by location, and for repositories by reference (`main` where none is asked for). */
export class FakeSource implements Source {
  private readonly projects = new Map<string, Readonly<Record<string, string>>>();
  private readonly versions = new Map<string, string>();

  /** @param gitVersion 40 hex digits; none for a folder outside git. */
  put(location: string, files: Readonly<Record<string, string>>, gitVersion?: string, ref = "main"): void {
    this.projects.set(`${location} ${ref}`, files);
    if (gitVersion) this.versions.set(`${location} ${ref}`, gitVersion);
  }

  async open({ location, ref, signal }: SourceRequest, told: OnLog): Promise<BuildContext> {
    signal?.throwIfAborted();
    const key = `${location} ${ref ?? "main"}`;
    const files = this.projects.get(key);
    if (!files) throw new SourceError(`There is no ${ref ?? "project"} at ${location}.`);
    if (!("Dockerfile" in files)) throw new SourceError("The project has no Dockerfile in its top folder.");
    told(`${Object.keys(files).length} files\n`);
    const gitVersion = this.versions.get(key) ?? null;
    return {
      gitVersion,
      gitDirty: gitVersion === null ? null : false,
      stream: () => tarOf(files),
      async [Symbol.asyncDispose]() {},
    };
  }
}

function tarOf(files: Readonly<Record<string, string>>): Readable {
  const archive = pack();
  for (const [name, content] of Object.entries(files).sort()) archive.entry({ name, mtime: new Date(0) }, content);
  archive.finalize();
  return Readable.from(archive, { objectMode: false });
}
