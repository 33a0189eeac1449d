// Rocas with the records of many deployments, some of which serve.
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { openConnection } from "../../dist/open-connection.js";
import { newSlot } from "../../dist/jobs/job.js";
import { openCountedEngine } from "./counted-engine.mjs";
import { lineageDocuments } from "./lineage-documents.mjs";
import { TOKEN } from "./measure.mjs";
import { startServer } from "./start-server.mjs";
import { databaseOf } from "./store-of-run.mjs";

const PROJECT = "served";
const [LOOK_MS, SLOTS] = [100, 10];

const notebook = JSON.stringify({
  ...{ nbformat: 4, nbformat_minor: 5 },
  metadata: { kernelspec: { name: "python3", display_name: "Python 3", language: "python" } },
  cells: [
    {
      ...{ id: "one", cell_type: "code", metadata: {}, outputs: [], execution_count: null },
      source: "from rocas import OnlinePredict\nOnlinePredict(lambda body: body)()",
    },
  ],
});

/** The job of a deployment as its undeployment has left it. */
const restingJob = ({ _id, proj, revision, revision_id, created_at }) => ({
  ...{ _id: revision_id, kind: "DEPLOY", proj, state: "STARTING", desired: "RUN", epoch: 1, attempt: 0 },
  spec: { kind: "DEPLOY", image: `sha256:${"0".repeat(64)}`, notebook: "n.ipynb", deployment: _id, revision },
  ...{
    lease: { owner: null, until: new Date(0) },
    max_attempts: 3,
    deadlines: { run: null },
    progress: 0,
    error: null,
  },
  slots: Array.from({ length: SLOTS }, () => ({ ...newSlot(), wanted: false })),
  ...{ next_reconcile_at: created_at, log_bytes: 0, log_seq: 0, cleanup: "PENDING" },
  ...{ created_at, updated_at: created_at },
});

async function writeRecords(dataFolder, mongodbUri, count) {
  const opened = await openConnection({ mongodbUri, dataFolder });
  const { db } = opened.connection;
  if (mongodbUri) await db.dropDatabase();
  const documents = lineageDocuments(count);
  documents.jobs = documents.deployments.map(restingJob);
  for (const [collection, all] of Object.entries(documents))
    if (all.length > 0) await db.collection(collection).insertMany(all);
  await opened[Symbol.asyncDispose]();
}

/** Starts the Rocas of a checkout. @param options.records the number of deployments that were undeployed */
export async function openIdleServer({ checkout, name, runtime, records }) {
  const folder = await mkdtemp(join(tmpdir(), "rocas-idle-"));
  const [dataFolder, projects] = [join(folder, "data"), join(folder, "projects")];
  await mkdir(dataFolder);
  await mkdir(join(projects, PROJECT), { recursive: true });
  await writeFile(join(projects, PROJECT, "Dockerfile"), "FROM rocas/onboard\nCOPY . .\n");
  await writeFile(join(projects, PROJECT, "serve.ipynb"), notebook);
  const mongodbUri = process.env.MONGODB_URI && databaseOf(process.env.MONGODB_URI, `idle_${name}`);
  await writeRecords(dataFolder, mongodbUri, records);
  const socket = join(folder, "engine.sock");
  const engine = runtime === "docker" ? await openCountedEngine(socket) : null;
  const settings = {
    ...{ ROCAS_RUNTIME: runtime, ROCAS_PROJECT_ROOTS: projects, ROCAS_DEPLOY_MEMORY_MB: "512" },
    ...(engine && { DOCKER_HOST: `unix://${socket}` }),
  };
  const server = await startServer("rocas", { checkout, dataFolder, mongodbUri, preload: "count-commands", settings });
  const served = [];

  async function ask(query, input) {
    const headers = { "content-type": "application/json", authorization: `Bearer ${TOKEN}` };
    const body = JSON.stringify({ query, variables: { input } });
    const { data, errors } = await (await fetch(server.url, { method: "POST", headers, body })).json();
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  }
  async function until(query, isSeen) {
    for (let seen = await ask(query); !isSeen(seen); seen = await ask(query)) {
      if (JSON.stringify(seen).includes("FAILED")) throw new Error(JSON.stringify(seen));
      await delay(LOOK_MS);
    }
  }
  return {
    ...{ server, engine, folder },
    /** Builds a project and deploys it so many times, with one replica each. Resolves when all serve. */
    async serve(count) {
      await ask("mutation ($input: CreateProjectInput!) { createProject(input: $input) { id } }", {
        ...{ name: PROJECT, homeDir: PROJECT },
      });
      await ask("mutation ($input: BuildProjectInput!) { buildProject(input: $input) { id } }", {
        ...{ proj: PROJECT, tag: "one", from: "LOCAL" },
      });
      const isBuilt = ({ builds }) => builds.nodes[0]?.task.state === "FINISHED";
      await until(`{ builds(filter: { tag: { eq: "one" } }) { nodes { task { state error } } } }`, isBuilt);
      for (let n = 0; n < count; n += 1) {
        const input = { proj: PROJECT, tag: "one", name: `live-${n}`, notebook: "serve.ipynb", replicas: 1 };
        await ask("mutation ($input: DeployInput!) { deploy(input: $input) { id } }", input);
        served.push(input.name);
        const query = `{ deployment(proj: "${PROJECT}", name: "${input.name}") { availability tasks { state error } } }`;
        await until(query, ({ deployment }) => deployment.availability === "FULL");
      }
    },
    /** Ends what serves, and resolves when nothing runs. */
    async endAll() {
      for (const name of served) {
        await ask("mutation ($input: UndeployInput!) { undeploy(input: $input) { id } }", { proj: PROJECT, name });
        const query = `{ deployment(proj: "${PROJECT}", name: "${name}") { tasks { slot } } }`;
        await until(query, ({ deployment }) => deployment.tasks.length === 0);
      }
    },
  };
}
