import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BuilderChoice, DockerImageBuilder } from "../../../src/runtime/docker/docker-image-builder.js";
import { GitSource } from "../../../src/source/git/git-source.js";
import { LocalSource } from "../../../src/source/local/local-source.js";
import { openWork } from "../../support/open-work.js";
import { BASE_IMAGE, docker, dockerCommand, openCluster } from "./engine.js";

/** A small image on board, so that no test waits for the real base. */
export const ON_BOARD = `FROM ${BASE_IMAGE}\nLABEL rocas.onboard=1\n`;

interface DockerWorkOptions {
  readonly gitOrigins?: readonly string[];
  readonly registry?: string;
  readonly builder?: BuilderChoice;
}

/** Work over the real engine, with one project in a folder; its images go at the end. */
export async function openDockerWork({ gitOrigins = [], registry = "", builder }: DockerWorkOptions = {}) {
  const root = await mkdtemp(join(tmpdir(), "rocas-projects-"));
  const folder = join(root, "iris");
  await mkdir(folder);
  const cluster = openCluster();
  const imageBuilder = new DockerImageBuilder({ docker, builder });
  const work = await openWork({
    environment: { ROCAS_REGISTRY: registry },
    engine: { runtime: cluster.runtime, imageBuilder },
    sources: {
      local: new LocalSource([root]),
      git: new GitSource({ allowedOrigins: gitOrigins, scratchFolder: join(root, ".git-scratch") }),
    },
  });
  return {
    ...work,
    get app() {
      return work.app;
    },
    imageBuilder,
    write: (files: Readonly<Record<string, string>>) =>
      Promise.all(Object.entries(files).map(([name, content]) => writeFile(join(folder, name), content))),
    homeDir: folder,
    /** References of the images of the project, with their ids. */
    images: (project: string) =>
      Object.fromEntries(
        dockerCommand("images", "--no-trunc", "--format", "{{.Tag}} {{.ID}}", `rocas/${project}`)
          .split("\n")
          .filter(Boolean)
          .map((line) => line.split(" ") as [string, string]),
      ),
    async [Symbol.asyncDispose]() {
      const references = dockerCommand("images", "--format", "{{.Repository}}:{{.Tag}}", "rocas/project_*");
      const projects = await work.store.projects.find().lean();
      const ours = references.split("\n").filter((each) => projects.some(({ _id }) => each.includes(_id)));
      await work[Symbol.asyncDispose]();
      for (const reference of ours) dockerCommand("rmi", "-f", reference);
      await cluster[Symbol.asyncDispose]();
      await rm(root, { recursive: true, force: true });
    },
  };
}
