import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { findAccess } from "../access-token.js";
import { OperatorError } from "../errors.js";
import { httpUrl } from "../server-address.js";
import { readSettings } from "../settings.js";
import { Client, RequestError } from "./client.js";
import {
  BuildProjectDocument,
  CreateDatasetDocument,
  CreateModelDocument,
  CreateProjectDocument,
  DeployDocument,
  FollowBuildDocument,
  FollowDeploymentDocument,
  FollowTrainingDocument,
  LineageDocument,
  StartTrainingDocument,
  type TaskState,
} from "./generated/graphql.js";

const POLL_MS = 1_000;
const MODEL = "iris-clf";
const PROJ = "iris";
const TAG = "latest";
const FLOWER = [5.1, 3.5, 1.4, 0.2];

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function readIrisFile(
  name: string,
): Promise<{ name: string; size: number; sha256: string; content: Uint8Array }> {
  const content = await readFile(new URL(`../../examples/iris/${name}`, import.meta.url));
  return { name, size: content.length, sha256: createHash("sha256").update(content).digest("hex"), content };
}

/** Uses what exists: the demo may run more than once. */
async function createOnce(label: string, act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
    say(`  made ${label}`);
  } catch (error) {
    if (!(error instanceof RequestError && error.message === "The name is taken.")) throw error;
    say(`  ${label} is there already`);
  }
}

interface TaskStatus {
  readonly state: TaskState;
  readonly progress: number;
  readonly error?: string | null;
}

/** Shows a task's progress until it has ended. @throws RequestError if it failed or was cancelled */
async function follow(label: string, read: () => Promise<TaskStatus | null | undefined>): Promise<void> {
  let lastLine = "";
  for (;;) {
    const task = await read();
    const line = task ? `  ${label}: ${task.state} ${Math.round(task.progress * 100)} %` : "";
    if (line !== lastLine) say(line);
    lastLine = line;
    if (task?.state === "FINISHED") return;
    if (task?.state === "FAILED" || task?.state === "CANCELLED")
      throw new RequestError(`The ${label} is ${task.state}: ${task.error ?? ""}`);
    await delay(POLL_MS);
  }
}

async function play(client: Client): Promise<void> {
  // Each run has names of its own, so that the demo can be repeated on one server.
  const run = new Date()
    .toISOString()
    .slice(0, 19)
    .replace(/[^0-9]/g, "");
  const [version, training, deployment, dataset] = [`v-${run}`, `train-${run}`, "iris-live", "iris-150"];

  say("1. A model, and the files that it consists of");
  const contract = {
    dataFiles: ["measures.csv", "species.csv"].map((name) => ({ name, required: true, maxMb: 1 })),
    modelFiles: [{ name: "clf.pkl", required: true, maxMb: 10 }],
  };
  await createOnce(`model ${MODEL}`, () =>
    client.request(CreateModelDocument, { input: { name: MODEL, ...contract } }),
  );

  say("2. The dataset: announced by size and checksum, sent by PUT");
  const files = await Promise.all(["measures.csv", "species.csv"].map(readIrisFile));
  const announced = files.map(({ name, size, sha256 }) => ({ name, size, sha256 }));
  const { createDataset } = await client.request(CreateDatasetDocument, {
    input: { model: MODEL, name: dataset, files: announced },
  });
  for (const { name, url } of createDataset.uploads) {
    const file = files.find((each) => each.name === name);
    if (file) await client.upload(url, file.content);
    say(`  sent ${name}`);
  }

  say(
    "3. The project, and its image (the first build installs packages, and with Docker makes the base image too, which takes minutes)",
  );
  await createOnce(`project ${PROJ}`, () =>
    client.request(CreateProjectDocument, { input: { name: PROJ, homeDir: "iris", models: [MODEL] } }),
  );
  const { buildProject } = await client.request(BuildProjectDocument, {
    input: { proj: PROJ, tag: TAG, from: "LOCAL" },
  });
  await follow("build", async () => {
    const { builds } = await client.request(FollowBuildDocument, { proj: PROJ, tag: TAG });
    return builds.nodes.find(({ id }) => id === buildProject.id)?.task;
  });

  say("4. A training, which publishes a version");
  await client.request(StartTrainingDocument, {
    input: {
      proj: PROJ,
      name: training,
      tag: TAG,
      notebook: "train.ipynb",
      params: { name: version },
      datasets: [{ model: MODEL, name: dataset }],
    },
  });
  await follow("training", async () => {
    const { trainings } = await client.request(FollowTrainingDocument, { proj: PROJ });
    return trainings.nodes.find(({ name }) => name === training)?.task;
  });

  say("5. A deployment of that version, with two replicas");
  const movers = [{ model: MODEL, name: version }];
  const { deploy } = await client.request(DeployDocument, {
    input: { proj: PROJ, name: deployment, tag: TAG, notebook: "predict.ipynb", movers, replicas: 2 },
  });
  for (let availability = ""; availability !== "FULL"; await delay(POLL_MS)) {
    const { deployment: now } = await client.request(FollowDeploymentDocument, { proj: PROJ, name: deploy.name });
    if (now && now.availability !== availability) say(`  revision ${now.revision}: ${now.availability}`);
    availability = now?.availability ?? "";
  }

  say("6. A prediction");
  const answer = await client.predict(PROJ, deployment, FLOWER);
  say(
    `  ${JSON.stringify(FLOWER)} is ${JSON.stringify(answer.prediction)}, says ${answer.version}, revision ${answer.revision}`,
  );

  say("7. Where it came from");
  say(JSON.stringify((await client.request(LineageDocument, { proj: PROJ, name: deployment })).deployment, null, 2));
}

try {
  // The server's own settings name its address and its token.
  const settings = readSettings(process.env);
  const { token } = await findAccess(settings);
  await play(new Client(httpUrl(settings.HOST, settings.PORT), token));
} catch (error) {
  if (!(error instanceof RequestError || error instanceof OperatorError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
