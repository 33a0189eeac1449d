import { pidsWith } from "./pids-with.js";
import { join } from "node:path";
import { vi } from "vitest";
import { startServerProcess } from "../docker/support/server-process.js";
import { openTempFolder, writeTree } from "./temp-folder.js";

const TASK = `query ($id: ID!) { node(id: $id) {
  ... on Build { task { state attempt error } log { text } }
  ... on Training { task { state attempt error } log { text } }
  ... on Deployment { availability tasks { slot attempt ready } } } }`;
const ENDED = ["FINISHED", "FAILED", "CANCELLED"];

/** A server as people start it where no engine answers, with one project; it can be killed and started again. */
export async function openProcessServer(files: Readonly<Record<string, string>>) {
  const folder = await openTempFolder();
  await writeTree(join(folder.path, "projects", "work"), files);
  const environment = {
    MONGODB_URI: "",
    DOCKER_HOST: `unix://${folder.path}/none.sock`,
    ROCAS_RUNTIME: "process",
    ROCAS_DATA: join(folder.path, "data"),
    ROCAS_PROJECT_ROOTS: join(folder.path, "projects"),
    ROCAS_TRAIN_MEMORY_MB: "400",
  };
  let server = await startServerProcess(environment);
  const run = (query: string, variables: object = {}) => server.execute(query, variables);
  const start = async (mutation: string, type: string, input: object): Promise<string> =>
    (await run(`mutation ($input: ${type}!) { ${mutation}(input: $input) { id } }`, { input }))[mutation].id;
  const look = async (id: string) => (await run(TASK, { id })).node;
  return {
    run,
    start,
    look,
    predict: async (deployment: string, body: unknown): Promise<unknown> => {
      const headers = { "content-type": "application/json" };
      const init = { method: "POST", headers, body: JSON.stringify(body) };
      return (await fetch(`${server.url}/predict/work/${deployment}`, init)).json();
    },
    /** Looks until it is as wanted, and gives what it is then. */
    until: (id: string, asWanted: (seen: Awaited<ReturnType<typeof look>>) => boolean) =>
      vi.waitFor(
        async () => {
          const seen = await look(id);
          if (!asWanted(seen)) throw new Error(`Not as wanted: ${JSON.stringify(seen)}`);
          return seen;
        },
        { timeout: 150_000, interval: 250 },
      ),
    hasEnded: ({ task }: { task: { state: string } }): boolean => ENDED.includes(task.state),
    /** Processes of its runs, by what is in their environment. */
    processes: (): number[] => pidsWith(`ROCAS_ROOT=${environment.ROCAS_DATA}`),
    async kill9AndRestart() {
      await server.kill();
      server = await startServerProcess(environment);
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      for (const pid of pidsWith(`ROCAS_ROOT=${environment.ROCAS_DATA}`)) process.kill(pid, "SIGKILL");
      await folder[Symbol.asyncDispose]();
    },
  };
}
