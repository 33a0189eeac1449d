import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { namesIn, removeTree } from "./folders.js";

/** A folder that a build works in. It goes with the build, or later if others still need it. */
export interface BuildFolder extends AsyncDisposable {
  readonly path: string;
  /** Delays its removal until the promise resolves. */
  keepUntil(isFree: () => Promise<void>): void;
}

/** The folders of builds under way. */
export class BuildFolders {
  private readonly open = new Set<string>();

  constructor(private readonly folder: string) {}

  async make(): Promise<BuildFolder> {
    const name = `build-${randomBytes(8).toString("hex")}`;
    const path = join(this.folder, name);
    // Before it exists: `removeAbandoned` must not take it for one that a crash left.
    this.open.add(name);
    await mkdir(path, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
      this.open.delete(name);
      throw error;
    });
    let isFree = async () => {};
    const remove = async () => {
      await isFree();
      await removeTree(path);
      this.open.delete(name);
    };
    return {
      path,
      keepUntil: (until) => (isFree = until),
      // Not awaited: an installer may go on in it for another build. If the removal fails, a later one follows.
      [Symbol.asyncDispose]: async () => void remove().catch(() => this.open.delete(name)),
    };
  }

  /** Removes what a crash left. */
  async removeAbandoned(): Promise<void> {
    for (const name of await namesIn(this.folder)) if (!this.open.has(name)) await removeTree(join(this.folder, name));
  }
}
