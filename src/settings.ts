import { OperatorError } from "./errors.js";
import { isLoopback } from "./server-address.js";
import { type Setting, type SettingName, SETTINGS } from "./settings/table.js";
import { NO_TOKEN } from "./settings/text-kinds.js";

type ValueOf<S> = S extends Setting<infer T> ? T : never;

/** The settings of the environment, read and checked. */
export type Settings = { readonly [Name in SettingName]: ValueOf<(typeof SETTINGS)[Name]> };

const MAX_SHOWN = 80;

/**
 * Reads the settings. Nothing else reads the environment.
 * @throws SettingsRefused, which lists every problem
 */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const problems: string[] = [];
  const read = <T>([name, { kind, initial }]: [string, Setting<T>]): [string, T | undefined] => {
    const text = environment[name] ?? initial;
    const value = kind.read(text);
    if (value === undefined)
      problems.push(
        `${name}: ${kind.isSecret ? "its value" : shown(text)} does not do; it takes ${kind.takes}${otherwise(initial)}`,
      );
    return [name, value];
  };
  const settings = Object.fromEntries(Object.entries<Setting<unknown>>(SETTINGS).map(read)) as Settings;
  if (settings.HOST && !isLoopback(settings.HOST) && ["", NO_TOKEN].includes(settings.ROCAS_TOKEN))
    problems.push(
      `HOST: ${settings.HOST} is open to the network; set ROCAS_TOKEN to a long random string that every request then carries, or leave HOST at 127.0.0.1`,
    );
  if (settings.ROCAS_RUNTIME === "process" && settings.ROCAS_REGISTRY)
    problems.push(
      "ROCAS_REGISTRY: local processes (ROCAS_RUNTIME=process) make no images that a registry takes; leave one of the two out",
    );
  if (settings.ROCAS_FILES_URL && !settings.ROCAS_FILES)
    problems.push("ROCAS_FILES_URL: says where clients reach a bucket, and ROCAS_FILES names none; set both or none");
  for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] as const)
    if (settings.ROCAS_FILES && settings[name] === "")
      problems.push(`${name}: is not set, and the bucket of ROCAS_FILES takes no one without it`);
  if (problems.length > 0) throw new SettingsRefused(problems);
  return settings;
}

// Quoted, so that blanks and line ends are seen.
const shown = (text: string): string => JSON.stringify(text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text);

const otherwise = (initial: string): string => (initial ? ` (left out: ${initial})` : "");

/** The environment cannot be used. The message lists every problem. */
export class SettingsRefused extends OperatorError {
  constructor(problems: readonly string[]) {
    super(`The settings do not do (--help lists them all):\n${problems.map((each) => `  ${each}`).join("\n")}`);
  }
}
