import { execFileSync } from "node:child_process";
import { ulid } from "ulid";
import type { RuntimeUnderTest } from "../../runtimes/runtime-under-test.js";
import { dockerCommand, ensureBaseImage } from "./engine.js";
import { engineLines, leftOnEngine, removeFromEngine } from "./engine-leftovers.js";

/** The real engine, looked at by its own command line. */
export const dockerUnderTest: RuntimeUnderTest = {
  settings: () => ({ ROCAS_RUNTIME: "docker" }),
  prepare: ensureBaseImage,
  slowBuild: ({ seconds, mark }) => ({
    // Another one each time, so that no step of it comes from the engine's cache.
    Dockerfile: `FROM rocas/onboard\nWORKDIR /project\nCOPY . .\nRUN ${children(mark)} sleep ${seconds}; echo ${ulid()}\n`,
  }),
  hasImage: (_data, dockerId) => engineLines("images", "-q", "--no-trunc").includes(dockerId),
  runsOf: (_data, job) =>
    engineLines("ps", "-a", "--format", "{{.Names}}", "--filter", `label=rocas.job=${job}`).sort(),
  startOf: (_data, run) => dockerCommand("inspect", "-f", "{{.Id}} {{.State.StartedAt}}", run),
  kills: {
    "docker kill": async (_data, run) => void dockerCommand("kill", run),
    "docker rm": async (_data, run) => void dockerCommand("rm", "-f", run),
  },
  stopRun: async (_data, run) => void dockerCommand("stop", run),
  sleeping: (mark) =>
    engineLines("ps", "-q")
      .flatMap((container) => processesIn(container))
      .filter((line) => line.endsWith(` sleep ${mark}`) && !line.includes("sh -c")).length,
  left: leftOnEngine,
  clear: removeFromEngine,
};

const children = (mark: string) => `sleep ${mark} & setsid sleep ${mark} & (env -i setsid sleep ${mark} &);`;

const TOP = (container: string) => ["top", container, "-eo", "pid,args"];
const OWN_LIST = 'for each in /proc/[0-9]*; do echo "${each#/proc/} $(tr "\\0" " " <$each/cmdline)"; done';
/** For an engine on a machine without `ps`. */
const INSIDE = (container: string) => ["exec", "--user", "0", container, "sh", "-c", OWN_LIST];

/** Nothing where the container has gone meanwhile. */
function processesIn(container: string): string[] {
  for (const words of [TOP(container), INSIDE(container)]) {
    try {
      const said = execFileSync("docker", words, { stdio: ["ignore", "pipe", "ignore"] });
      return said
        .toString()
        .split("\n")
        .map((line) => line.trimEnd());
    } catch {
      continue;
    }
  }
  return [];
}
