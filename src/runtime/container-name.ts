import { DomainError } from "../errors.js";
import type { ContainerSpec } from "./runtime.js";

/** The name that a container has by what it is for: a repeated call meets what an earlier one made. */
export const containerName = ({
  kind,
  job,
  slot,
  attempt,
}: Pick<ContainerSpec, "kind" | "job" | "slot" | "attempt">) =>
  kind === "train" ? `rocas-train-${job}-a${attempt}` : `rocas-deploy-${job}-r${slot}-a${attempt}`;

const NAME = /^rocas-(?:train|deploy)-[a-z0-9][a-z0-9_-]{0,99}-a[0-9]{1,9}$/;

/** @throws BAD_USER_INPUT for what cannot be the name of a container of ours: it never reaches the engine. */
export function checkedContainerName(name: string): string {
  if (!NAME.test(name))
    throw new DomainError("BAD_USER_INPUT", `${JSON.stringify(name.slice(0, 200))} is no name of a container of ours.`);
  return name;
}
