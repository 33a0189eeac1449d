import { BASE_IMAGE, ensureBaseImage } from "../../src/onboard/base-image.js";
import { DockerImageBuilder } from "../../src/runtime/docker/docker-image-builder.js";
import { docker, dockerCommand, ensureBaseImage as ensureDebian, newTag } from "../docker/support/engine.js";
import { tarOf } from "../docker/support/tar-of.js";

/** An image of a project with these files, on the base image; more lines of its Dockerfile may follow. */
export async function openProjectImage(files: Record<string, string>, more = ""): Promise<{ id: string } & Disposable> {
  ensureDebian();
  const builder = new DockerImageBuilder({ docker });
  await ensureBaseImage(builder, () => {});
  const tag = newTag();
  const Dockerfile = `FROM ${BASE_IMAGE}\nCOPY . .\n${more}`;
  const id = await builder.build(tarOf({ Dockerfile, ...files }), { tag, noCache: false }, () => {});
  return { id, [Symbol.dispose]: () => void dockerCommand("rmi", tag) };
}
