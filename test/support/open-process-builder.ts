import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { BasePackages } from "../../src/runtime/process/environments.js";
import { ProcessImageBuilder } from "../../src/runtime/process/process-image-builder.js";
import { type ProcessImage, readImage } from "../../src/runtime/process/process-images.js";
import { tarOf } from "../docker/support/tar-of.js";
import { openTempFolder } from "./temp-folder.js";

export interface ProcessBuild {
  readonly id: string;
  readonly tag: string;
  readonly image: ProcessImage;
  readonly log: string;
  /** Runs a program in the image's environment, and gives what it printed. */
  python(program: string): string;
}

export interface ProcessBuilderFolder extends AsyncDisposable {
  readonly builder: ProcessImageBuilder;
  readonly root: string;
  readonly environments: string;
  build(
    files: Readonly<Record<string, string>>,
    how?: { noCache?: boolean; signal?: AbortSignal },
  ): Promise<ProcessBuild>;
  /** Of the last build. */
  log(): string;
}

/** A builder without an engine in a folder of its own, which needs no network unless a project does. */
export async function openProcessBuilder(
  onBoard: BasePackages = { requirements: [], folder: null },
): Promise<ProcessBuilderFolder> {
  const folder = await openTempFolder();
  const builder = new ProcessImageBuilder({ root: folder.path, basePackages: onBoard });
  let log = "";
  return {
    builder,
    root: folder.path,
    environments: join(folder.path, "environments"),
    log: () => log,
    async build(files, { noCache = false, signal } = {}) {
      log = "";
      const tag = `rocas-test/${randomBytes(6).toString("hex")}:latest`;
      const id = await builder.build(tarOf(files), { tag, noCache, signal }, (text) => (log += text));
      const image = (await readImage(join(folder.path, "images"), id))!;
      const python = (program: string) =>
        execFileSync(image.python, ["-I", "-c", program], { encoding: "utf8" }).trim();
      return { id, tag, image, log, python };
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}
