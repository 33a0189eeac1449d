import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunnableImage } from "../../src/runtime/process/process-images.js";
import { ProcessRuntime } from "../../src/runtime/process/process-runtime.js";

export const PYTHON = execFileSync("python3", ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" }).trim();

/** A runtime of local processes with a folder of its own; its runs are stopped at the end. @param parent of the folder */
export async function openProcesses(parent = tmpdir()) {
  const root = await mkdtemp(join(parent, "rocas-processes-"));
  const images = new Map<string, RunnableImage>();
  const open = () =>
    new ProcessRuntime({ root, python: async () => "3", imageOf: async (id) => images.get(id) ?? null });
  const runtime = open();
  return {
    root,
    runtime,
    /** As another process of ours sees it, or a later one. */
    again: open,
    imageOf: (id: string) => images.get(id),
    /** The id of an image whose `/program` is the shell script; without one, it has no program. */
    async image(script: string | null): Promise<string> {
      const id = `sha256:${createHash("sha256").update(String(script)).digest("hex")}`;
      const tree = join(root, "images", id.slice(7), "tree");
      await mkdir(tree, { recursive: true });
      if (script !== null) await writeFile(join(tree, "program"), `#!/bin/sh\n${script}\n`);
      if (script !== null) await chmod(join(tree, "program"), 0o755);
      images.set(id, { tree, python: PYTHON, env: {} });
      return id;
    },
    async [Symbol.asyncDispose]() {
      for (const { name } of await runtime.attemptsWithVolumes()) await runtime.stop(name).catch(() => {});
      await rm(root, { recursive: true, force: true });
    },
  };
}
