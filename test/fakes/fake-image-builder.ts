import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { extract } from "tar-stream";
import { DomainError } from "../../src/errors.js";
import { asImageRef } from "../../src/names.js";
import {
  type Builder,
  type Credentials,
  type ImageBuilder,
  ImageBuildError,
  type ImageInfo,
  type OnLog,
} from "../../src/runtime/image-builder.js";

const FAILING = /^RUN exit ([1-9]\d*)$/;
const SLEEPING = /^RUN sleep (\d+)$/;
const KNOWN = /^(?:FROM|RUN|COPY|ENV|LABEL|WORKDIR|CMD|ENTRYPOINT|USER)\b/;

/** Images in memory: reads a Dockerfile's FROM and LABEL, fails at `RUN exit N`, waits at `RUN sleep N`. */
export class FakeImageBuilder implements ImageBuilder {
  readonly startsFrom = "BASE_IMAGE";
  hasRegistries = true;
  /** While true, no engine answers. */
  down = false;
  /** Images that a container uses. */
  readonly used = new Set<string>();
  private readonly images = new Map<string, ImageInfo>();
  private readonly tags = new Map<string, string>();
  private readonly remote = new Map<string, ImageInfo>();

  /** @param base images that the engine has, with their labels. */
  constructor(base: Readonly<Record<string, Readonly<Record<string, string>>>> = {}) {
    for (const [name, labels] of Object.entries(base)) this.keep({ id: idOf(name), labels }, tagged(name));
  }

  async platform(): Promise<string> {
    this.answer();
    return "linux/amd64";
  }

  async builders(): Promise<readonly Builder[]> {
    this.answer();
    return ["CLASSIC"];
  }

  async build(context: Readable, { tag, signal }: { tag: string; signal?: AbortSignal }, told: OnLog): Promise<string> {
    this.answer();
    const name = tagged(tag);
    const { dockerfile, digest } = await readContext(context);
    if (dockerfile === undefined) throw new ImageBuildError("Cannot locate specified Dockerfile: Dockerfile");
    const labels: Record<string, string> = {};
    for (const line of dockerfile.split("\n").filter(Boolean)) {
      told(`${line}\n`);
      Object.assign(labels, await this.step(line, signal));
    }
    const id = idOf(digest);
    this.keep({ id, labels }, name);
    return id;
  }

  async inspect(image: string): Promise<ImageInfo | null> {
    this.answer();
    return this.images.get(this.idOf(image)) ?? null;
  }

  async pull(image: string, _credentials: Credentials | null, told: OnLog): Promise<string> {
    this.answer();
    const name = tagged(image);
    const given = this.remote.get(name) ?? this.images.get(this.idOf(name));
    if (!given) throw new ImageBuildError(`There is no image ${image}: nobody has it`);
    told(`Pulled ${image}\n`);
    this.keep(given, name);
    return given.id;
  }

  async tag(id: string, tag: string): Promise<void> {
    this.answer();
    const image = this.images.get(this.idOf(id));
    if (!image) throw new Error(`There is no image ${id}.`);
    this.keep(image, tagged(tag));
  }

  async untag(tag: string): Promise<void> {
    this.answer();
    const name = tagged(tag);
    const id = this.tags.get(name);
    const isLast = id !== undefined && [...this.tags.values()].filter((each) => each === id).length === 1;
    if (isLast && this.used.has(id)) throw new DomainError("IN_USE", "A container uses the image.");
    this.tags.delete(name);
    if (isLast) this.images.delete(id);
  }

  /** Every image here has a tag. */
  async removeUntagged(): Promise<boolean> {
    this.answer();
    return true;
  }

  async prune(): Promise<void> {}

  async diskUse(): Promise<null> {
    return null;
  }

  async push(tag: string, _credentials: Credentials | null, told: OnLog): Promise<string> {
    this.answer();
    const name = tagged(tag);
    const image = this.images.get(this.idOf(name));
    if (!image) throw new ImageBuildError(`${tag} was not pushed: there is no such image`);
    this.remote.set(name, image);
    told(`Pushed ${tag}\n`);
    return idOf(`manifest of ${image.id}`);
  }

  /** What a registry would give: an image that was built elsewhere. */
  offer(image: string, labels: Readonly<Record<string, string>>): string {
    const id = idOf(`offered ${image} ${JSON.stringify(labels)}`);
    this.remote.set(tagged(image), { id, labels });
    return id;
  }

  private async step(line: string, signal?: AbortSignal): Promise<Record<string, string>> {
    const base = /^FROM (\S+)$/.exec(line)?.[1];
    if (base && base !== "scratch") {
      const image = this.images.get(this.idOf(base));
      if (!image) throw new ImageBuildError(`pull access denied for ${base}`);
      return { ...image.labels };
    }
    const code = FAILING.exec(line)?.[1];
    if (code) throw new ImageBuildError(`The command '/bin/sh -c exit ${code}' returned a non-zero code: ${code}`);
    if (line.startsWith("VOLUME ")) throw new ImageBuildError("The image declares a volume.");
    if (!KNOWN.test(line))
      throw new ImageBuildError(`dockerfile parse error: unknown instruction: ${line.split(" ")[0]}`);
    const seconds = SLEEPING.exec(line)?.[1];
    if (seconds) await sleep(Number(seconds) * 1000, signal);
    const [, name, value] = /^LABEL ([^\s=]+)=(\S+)$/.exec(line) ?? [];
    return name ? { [name]: value!.replace(/^"(.*)"$/, "$1") } : {};
  }

  private keep(image: ImageInfo, name: string): void {
    this.images.set(image.id, image);
    this.tags.set(name, image.id);
  }

  private idOf(image: string): string {
    return /^sha256:[0-9a-f]{64}$/.test(image) ? image : (this.tags.get(tagged(image)) ?? "");
  }

  private answer(): void {
    if (this.down) throw new DomainError("RUNTIME_UNAVAILABLE", "No container engine answers.");
  }
}

const idOf = (content: string) => `sha256:${createHash("sha256").update(content).digest("hex")}`;

function tagged(reference: string): string {
  const checked: string = asImageRef(reference);
  return checked.lastIndexOf(":") > checked.lastIndexOf("/") ? checked : `${checked}:latest`;
}

async function readContext(context: Readable): Promise<{ dockerfile?: string; digest: string }> {
  const hash = createHash("sha256");
  let dockerfile: string | undefined;
  const archive = extract();
  context.once("error", (error) => archive.destroy(error));
  context.pipe(archive);
  for await (const entry of archive) {
    const content = await text(entry);
    hash.update(`${entry.header.name}\n${content}`);
    if (entry.header.name === "Dockerfile") dockerfile = content;
  }
  return { dockerfile, digest: hash.digest("hex") };
}

function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
}
