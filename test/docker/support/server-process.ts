import { freePort } from "../../support/free-port.js";
import { type ChildProcess, spawn } from "node:child_process";

export interface ServerProcess extends AsyncDisposable {
  readonly url: string;
  /** Runs a document and gives its data. @throws where it has errors */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read what they asked for
  execute(query: string, variables?: object): Promise<any>;
  /** As a power cut does it. */
  kill(): Promise<void>;
}

/**
 * The server as people start it, from compiled output, in a process of its own. It asks for no token unless the
 * environment names one.
 * @param mostFiles that the process may open at a time
 */
export async function startServerProcess(
  environment: Readonly<Record<string, string>>,
  mostFiles?: number,
): Promise<ServerProcess> {
  const port = await freePort();
  const limit = mostFiles ? `ulimit -n ${mostFiles};` : "";
  const server = spawn("sh", ["-c", `${limit} exec "$0" dist/main.js`, process.execPath], {
    env: { ...process.env, LOG_LEVEL: "error", ROCAS_TOKEN: "none", PORT: String(port), ...environment },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const url = `http://127.0.0.1:${port}`;
  await ready(server, `${url}/health/ready`);
  return {
    url,
    async execute(query, variables = {}) {
      const headers = { "content-type": "application/json", authorization: `Bearer ${environment["ROCAS_TOKEN"]}` };
      const body = JSON.stringify({ query, variables });
      const answer = await fetch(`${url}/graphql`, { method: "POST", headers, body });
      const { data, errors } = (await answer.json()) as { data: unknown; errors?: unknown };
      if (errors) throw new Error(JSON.stringify(errors));
      return data;
    },
    kill: () => ended(server, "SIGKILL"),
    [Symbol.asyncDispose]: () => ended(server, "SIGTERM"),
  };
}

async function ready(server: ChildProcess, url: string): Promise<void> {
  const end = Date.now() + 60_000;
  while (Date.now() < end && server.exitCode === null) {
    const answers = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answers) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  server.kill("SIGKILL");
  throw new Error("The server did not come up.");
}

async function ended(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = new Promise((resolve) => server.once("exit", resolve));
  server.kill(signal);
  await gone;
}
