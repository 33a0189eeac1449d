import { asImageRef } from "../names.js";

export interface ImageReference {
  /** Without the tag. */
  readonly repository: string;
  readonly tag: string;
  /** Host and port, in the form in which the engine names the registry that credentials are for. */
  readonly registry: string;
}

/** @throws BAD_USER_INPUT for what is no image reference: it never reaches the engine. */
export function imageReference(text: string): ImageReference {
  const reference: string = asImageRef(text);
  const colon = reference.lastIndexOf(":");
  const tagged = colon > reference.lastIndexOf("/");
  const repository = tagged ? reference.slice(0, colon) : reference;
  const [host, ...path] = repository.split("/");
  // Docker's rule: without a dot or a port, and not "localhost", the first part is a folder on the default registry.
  const named = path.length > 0 && (/[.:]/.test(host!) || host === "localhost");
  return {
    repository,
    // Without one, the engine would pull every tag.
    tag: tagged ? reference.slice(colon + 1) : "latest",
    registry: named ? host! : "https://index.docker.io/v1/",
  };
}
