import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { DomainError } from "../../errors.js";
import { systemPackages } from "./system-packages.js";

/** This machine's Python, from which environments are made. */
export interface Python {
  /** Absolute. */
  readonly executable: string;
  /** `3.11.7` */
  readonly version: string;
  /** Differs between Pythons of one version: implementation, machine and place of installation. */
  readonly identity: string;
}

const run = promisify(execFile);
const PROBE_TIMEOUT_MS = 30_000;
const CANDIDATES = [
  "python3",
  "python",
  "python3.14",
  "python3.13",
  "python3.12",
  "python3.11",
  "python3.10",
  "python3.9",
];
const PROBE = `
import json, os, sys, sysconfig
try:
    import ensurepip, venv
    complete = True
except ImportError:
    complete = False
print(json.dumps({
    "executable": sys.executable,
    "version": "%d.%d.%d" % sys.version_info[:3],
    "recent": sys.version_info >= (3, 9),
    "complete": complete,
    "identity": "%s %s %s" % (sys.implementation.cache_tag, sysconfig.get_platform(), os.path.realpath(sys.base_prefix)),
}))
`;

interface ProbeResult extends Python {
  readonly recent: boolean;
  readonly complete: boolean;
}

/**
 * Returns the first Python on the PATH that is 3.9 or newer and can make environments.
 * @throws RUNTIME_UNAVAILABLE with what is missing and the command that installs it
 */
export async function findPython(candidates: readonly string[] = CANDIDATES): Promise<Python> {
  let incomplete: ProbeResult | undefined;
  let old: ProbeResult | undefined;
  for (const candidate of candidates) {
    const answer = await probe(candidate);
    if (answer?.recent && answer.complete) {
      const { executable, version, identity } = answer;
      return { executable, version, identity };
    }
    if (answer?.recent) incomplete ??= answer;
    else old ??= answer ?? undefined;
  }
  throw new DomainError("RUNTIME_UNAVAILABLE", missingMessage(incomplete, old));
}

function missingMessage(incomplete?: ProbeResult, old?: ProbeResult): string {
  const packages = systemPackages();
  if (incomplete) {
    const version = incomplete.version.split(".").slice(0, 2).join(".");
    return `Python ${incomplete.version} is there without what makes environments, its modules venv and ensurepip: ${packages.venv(version)}`;
  }
  if (old) return `Python ${old.version} is too old, 3.9 or newer is needed: ${packages.newerPython}`;
  return `There is no Python on the PATH, 3.9 or newer is needed: ${packages.python}`;
}

async function probe(candidate: string): Promise<ProbeResult | null> {
  try {
    const { stdout } = await run(candidate, ["-I", "-c", PROBE], { timeout: PROBE_TIMEOUT_MS });
    return JSON.parse(stdout) as ProbeResult;
  } catch {
    // It is missing, or too old to run the probe.
    return null;
  }
}
