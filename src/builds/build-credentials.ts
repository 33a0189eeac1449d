import type { App } from "../app.js";
import { DomainError } from "../errors.js";
import type { BuildSpec, ChestVersion } from "../jobs/job.js";
import type { Credentials } from "../runtime/image-builder.js";
import { BuildRefused } from "./build-failure.js";

/** Credentials for git hosts and registries. They never enter the context, the image or the log. */
export interface BuildCredentials {
  readonly source: Credentials | null;
  readonly registry: Credentials | null;
  /** All forms that the log must mask. */
  readonly secrets: readonly string[];
}

/** @throws BuildRefused if a chest has been deleted since. */
export async function openCredentials({ vault }: Pick<App, "vault">, spec: BuildSpec): Promise<BuildCredentials> {
  const [source, registry] = await Promise.all([openChest(vault, spec.chest), openChest(vault, spec.registry_chest)]);
  const secrets = [source, registry].flatMap((each) => (each ? secretFormsOf(each) : []));
  return { source, registry, secrets };
}

/** A shorter user name is no secret, and occurs in any text. */
const MIN_USERNAME_LENGTH = 4;

const secretFormsOf = ({ username, password }: Credentials): string[] => [
  `${username}:${password}`,
  password,
  ...(username.length >= MIN_USERNAME_LENGTH ? [username] : []),
];

async function openChest(vault: App["vault"], chest: ChestVersion | null): Promise<Credentials | null> {
  try {
    return chest && (await vault.open(chest.id, chest.version));
  } catch (error) {
    if (error instanceof DomainError && error.code === "NOT_FOUND")
      throw new BuildRefused("The treasure chest of the build has been deleted, or holds another secret since.");
    throw error;
  }
}
