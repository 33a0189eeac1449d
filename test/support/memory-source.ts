import { Readable } from "node:stream";
import { pack } from "tar-stream";
import { type BuildContext, type Source, SourceError, type SourceRequest } from "../../src/source/source.js";

/** A project held in memory, for tests whose subject is not where its files lie. */
export class MemorySource implements Source {
  readonly asked: SourceRequest[] = [];
  gitVersion: string | null = null;

  constructor(public files: Readonly<Record<string, string>> | null) {}

  async open(request: SourceRequest): Promise<BuildContext> {
    this.asked.push(request);
    const { files, gitVersion } = this;
    if (!files) throw new SourceError("There is no such folder.");
    return {
      gitVersion,
      gitDirty: gitVersion ? false : null,
      stream() {
        const tar = pack();
        for (const [name, content] of Object.entries(files)) tar.entry({ name }, content);
        tar.finalize();
        return Readable.from(tar);
      },
      [Symbol.asyncDispose]: async () => undefined,
    };
  }
}
