import type { RunDefaults, RunDefaultsInput } from "../graph/run-defaults.js";
import type { Settings } from "../settings.js";
import { askedResources } from "./asked-resources.js";

/** Returns the stored form of a project's defaults; null for none. @throws as `askedResources` */
export function storedDefaults(
  settings: Settings,
  input: RunDefaultsInput | null | undefined,
  path: readonly string[],
): RunDefaults | null | undefined {
  if (input == null) return input;
  return { resources: askedResources(settings, input.resources, [...path, "resources"]) };
}
