import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { beforeAll, describe } from "vitest";
import { DockerImageBuilder } from "../../../src/runtime/docker/docker-image-builder.js";
import { DockerRuntime } from "../../../src/runtime/docker/docker-runtime.js";
import { openDocker } from "../../../src/runtime/docker/open-docker.js";
import { tarOf } from "./tar-of.js";

export const BASE_IMAGE = "debian:bookworm-slim";

export const docker = openDocker(process.env.DOCKER_HOST ?? "", process.env);

const version = await docker.version().then(
  (answer) => answer.Version,
  () => null,
);

/** What it builds with, the preferred builder first; nothing where no engine answers. */
export const engineBuilders =
  version === null ? [] : await new DockerImageBuilder({ docker, builder: "buildkit" }).builders();

/** Runs where an engine answers, and says so where none does. */
export function describeWithDocker(name: string, tests: () => void): void {
  if (version === null) describe.skip(`${name} (skipped: no Docker engine answers)`, tests);
  else describe(name, tests);
}

/** Makes the Debian base where the engine does not have it. */
export function ensureBaseImage(): void {
  execFileSync("test/docker/support/make-debian-base.sh", { stdio: ["ignore", "ignore", "inherit"] });
}

/** Docker's own command line, to look from outside at what was made. */
export const dockerCommand = (...words: string[]): string => execFileSync("docker", words, { encoding: "utf8" }).trim();

export const newTag = () => `rocas-test/${randomBytes(6).toString("hex")}:latest`;

/** @param program a script at /program, which containers of the tests run. */
export async function buildTestImage(dockerfile: string, program?: string): Promise<{ id: string; tag: string }> {
  const tag = newTag();
  const script: Record<string, string> = program === undefined ? {} : { program: `#!/bin/sh\n${program}\n` };
  const copied = program === undefined ? "" : "COPY program /program\nRUN chmod 755 /program\n";
  const how = { job: `build_${randomBytes(6).toString("hex")}`, tag, noCache: false };
  const id = await new DockerImageBuilder({ docker }).build(
    tarOf({ Dockerfile: `${dockerfile}\n${copied}`, ...script }),
    how,
    () => {},
  );
  return { id, tag };
}

/** Has an image built before the tests around it, and removed after them. @param program a script at /program */
export function useTestImage(program: string): { readonly id: string; readonly tag: string } {
  const image = { id: "", tag: "" };
  beforeAll(async () => {
    ensureBaseImage();
    Object.assign(image, await buildTestImage(`FROM ${BASE_IMAGE}\n`, program));
    return () => dockerCommand("rmi", image.tag);
  }, 180_000);
  return image;
}

export interface TestCluster extends AsyncDisposable {
  readonly cluster: string;
  readonly runtime: DockerRuntime;
}

/** A cluster of its own; all that is its own goes at the end. */
export function openCluster(): TestCluster {
  const cluster = `test-${randomBytes(6).toString("hex")}`;
  const runtime = new DockerRuntime({ docker, cluster });
  return {
    cluster,
    runtime,
    async [Symbol.asyncDispose]() {
      const ours = ["--filter", `label=rocas.cluster=${cluster}`];
      for (const container of lines("ps", "-aq", ...ours)) dockerCommand("rm", "-fv", container);
      for (const volume of lines("volume", "ls", "-q", ...ours)) dockerCommand("volume", "rm", volume);
      for (const network of lines("network", "ls", "-q", ...ours)) dockerCommand("network", "rm", network);
    },
  };
}

const lines = (...words: string[]) =>
  dockerCommand(...words)
    .split("\n")
    .filter(Boolean);
