// Measures how long work takes to begin, from its mutation to what a person sees of it:
// npm run build && node bench/starts.mjs
// ROCAS_RUNTIME=docker measures an engine in place of local processes.
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "./support/free-port.mjs";

const LOOK_MS = 20;
const folder = await mkdtemp(join(tmpdir(), "rocas-bench-"));
const project = join(folder, "projects", "work");
await mkdir(project, { recursive: true });
const notebook = (text) =>
  JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: "python3", display_name: "Python 3", language: "python" } },
    cells: [{ id: "one", cell_type: "code", metadata: {}, source: text, outputs: [], execution_count: null }],
  });
await writeFile(join(project, "Dockerfile"), "FROM rocas/onboard\nCOPY . .\n");
await writeFile(join(project, "train.ipynb"), notebook('print("begun", flush=True)'));
await writeFile(
  join(project, "serve.ipynb"),
  notebook("from rocas import OnlinePredict\nOnlinePredict(lambda body: body)()"),
);

const port = await freePort();
const env = {
  ...process.env,
  ROCAS_RUNTIME: process.env.ROCAS_RUNTIME ?? "process",
  ROCAS_DATA: join(folder, "data"),
  ROCAS_PROJECT_ROOTS: join(folder, "projects"),
  ROCAS_TOKEN: "none",
  PORT: String(port),
  LOG_LEVEL: "error",
};
const server = spawn(process.execPath, ["dist/main.js"], { env, stdio: ["ignore", "ignore", "inherit"] });
server.once("exit", (code) => process.exit(code ?? 1));

async function ask(query, input) {
  const answer = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables: { input } }),
  });
  const { data, errors } = await answer.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

/** Prints the milliseconds from the mutation until the query's answer is as wanted. */
async function measure(what, mutation, type, input, query, isSeen) {
  const begin = performance.now();
  await ask(`mutation ($input: ${type}!) { ${mutation}(input: $input) { id } }`, input);
  for (;;) {
    const seen = await ask(query);
    if (isSeen(seen)) break;
    if (/FAILED/.test(JSON.stringify(seen))) throw new Error(JSON.stringify(seen));
    await delay(LOOK_MS);
  }
  console.log(`${what.padEnd(36)} ${Math.round(performance.now() - begin)} ms`);
}

const proj = "work";
try {
  while (!(await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => null))?.ok) await delay(100);
  await ask("mutation ($input: CreateProjectInput!) { createProject(input: $input) { id } }", {
    name: proj,
    homeDir: "work",
  });
  for (const which of ["first", "second"])
    await measure(
      `${which} build, to its end`,
      "buildProject",
      "BuildProjectInput",
      { proj, tag: which, from: "LOCAL" },
      `{ builds(filter: { tag: { eq: "${which}" } }) { nodes { task { state error } } } }`,
      ({ builds }) => builds.nodes[0]?.task.state === "FINISHED",
    );
  for (const which of ["first", "second", "third", "fourth"])
    await measure(
      `${which} training, to its first output`,
      "startTraining",
      "StartTrainingInput",
      { proj, tag: "first", name: which, notebook: "train.ipynb" },
      `{ training(proj: "work", name: "${which}") { task { state error } log { text } } }`,
      ({ training }) => training.log.text.includes("begun"),
    );
  for (const which of ["first", "second"])
    await measure(
      `${which} deployment, to all replicas`,
      "deploy",
      "DeployInput",
      { proj, tag: "first", name: which, notebook: "serve.ipynb", replicas: 2 },
      `{ deployment(proj: "work", name: "${which}") { availability tasks { state error } } }`,
      ({ deployment }) => deployment.availability === "FULL",
    );
} finally {
  const { deployments } = await ask("{ deployments { nodes { name } } }");
  for (const { name } of deployments.nodes)
    await ask("mutation ($input: UndeployInput!) { undeploy(input: $input) { id } }", { proj, name });
  const isLeft = ({ tasks }) => tasks.length > 0;
  while ((await ask("{ deployments { nodes { tasks { slot } } } }")).deployments.nodes.some(isLeft))
    await delay(LOOK_MS);
  await rm(folder, { recursive: true, force: true });
  server.kill();
}
