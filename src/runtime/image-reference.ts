import { asImageRef } from "../names.js";

export interface ImageReference {
  /** Without the tag. */
  readonly repository: string;
  readonly tag: string;
  /** Host and port, as the engine names registries for credentials. */
  readonly registry: string;
}

/** @throws BAD_USER_INPUT if the text is no image reference: it never reaches the engine */
export function imageReference(text: string): ImageReference {
  const reference: string = asImageRef(text);
  const colon = reference.lastIndexOf(":");
  const tagged = colon > reference.lastIndexOf("/");
  const repository = tagged ? reference.slice(0, colon) : reference;
  const [host, ...path] = repository.split("/");
  // Docker's rule: a first part without a dot or port is a folder on the default registry, except "localhost".
  const named = path.length > 0 && (/[.:]/.test(host!) || host === "localhost");
  return {
    repository,
    // Without a tag, the engine would pull every tag.
    tag: tagged ? reference.slice(colon + 1) : "latest",
    registry: named ? host! : "https://index.docker.io/v1/",
  };
}

/** Returns the reference with its tag, by default `latest`. @throws BAD_USER_INPUT if it is none */
export function fullReference(text: string): string {
  const { repository, tag } = imageReference(text);
  return `${repository}:${tag}`;
}
