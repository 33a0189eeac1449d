import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { imageReference } from "../image-reference.js";
import { isAbsent } from "./run-folders.js";

interface Tag {
  readonly reference: string;
  readonly image: string;
}

/** The image that each reference names: a file each, replaced as a whole. References are in full, `name:tag`. */
export class ImageTags {
  constructor(private readonly folder: string) {}

  async get(reference: string): Promise<string | null> {
    return (await this.read(nameOf(reference)))?.image ?? null;
  }

  async set(reference: string, image: string): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const part = join(this.folder, `.${randomBytes(8).toString("hex")}`);
    await writeFile(part, JSON.stringify({ reference, image } satisfies Tag), { mode: 0o600 });
    await rename(part, join(this.folder, nameOf(reference)));
  }

  /** Resolves also if there is none. */
  async remove(reference: string): Promise<void> {
    await rm(join(this.folder, nameOf(reference)), { force: true });
  }

  /** Returns the number of references to each image. */
  async counted(): Promise<Map<string, number>> {
    const names = await readdir(this.folder).catch(() => [] as string[]);
    const counted = new Map<string, number>();
    for (const name of names.filter((each) => !each.startsWith("."))) {
      const tag = await this.read(name);
      if (tag) counted.set(tag.image, (counted.get(tag.image) ?? 0) + 1);
    }
    return counted;
  }

  private async read(name: string): Promise<Tag | null> {
    try {
      return JSON.parse(await readFile(join(this.folder, name), "utf8")) as Tag;
    } catch (error) {
      if (isAbsent(error)) return null;
      throw error;
    }
  }
}

/** A reference is longer than the name of a file may be. */
const nameOf = (reference: string): string => createHash("sha256").update(reference).digest("hex");

/** With `latest` if it says no tag. @throws BAD_USER_INPUT for what is no reference */
export function fullReference(text: string): string {
  const { repository, tag } = imageReference(text);
  return `${repository}:${tag}`;
}
