import type { App } from "../app.js";
import type { RunDefaults, RunDefaultsInput } from "../graph/run-defaults.js";
import { askedResources } from "./asked-resources.js";
import { storedEnv } from "./env-variables.js";

/** Returns the stored form of a project's defaults; null for none. @throws as `askedResources` and `storedEnv` */
export async function storedDefaults(
  { settings, store }: Pick<App, "settings" | "store">,
  input: RunDefaultsInput | null | undefined,
  path: readonly string[],
): Promise<RunDefaults | null | undefined> {
  if (input == null) return input;
  const env = await storedEnv(store, input.env ?? [], [...path, "env"]);
  return {
    resources: askedResources(settings, input.resources, [...path, "resources"]),
    env: env.length === 0 ? null : env,
  };
}
