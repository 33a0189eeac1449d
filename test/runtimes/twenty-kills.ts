import { setTimeout as pause } from "node:timers/promises";
import { type AskedWork, MODEL } from "./asked-work.js";
import { newMark } from "./runtime-under-test.js";
import { markedNotebook } from "./marked-runs.js";
import type { WorkServer } from "./work-server.js";

export const KILLS = 20;

/** Of the notebook that each training runs: it takes its time, and publishes one version. */
export const PUBLISHING = markedNotebook(
  "time.sleep(2)",
  "from rocas import Publisher, model_path\nopen(model_path('clf.txt'), 'w').write('weights')\nPublisher()()",
);

/** What is asked for before the kill of that number. From the thirteenth on a build takes its time. */
async function askedBefore(kill: number, work: AskedWork, server: WorkServer): Promise<void> {
  work.train(`training-${kill}`, "publish.ipynb");
  if (kill === 13) await server.write(server.runtime.slowBuild({ seconds: 3, mark: newMark() }));
  if (kill % 3 === 1) {
    await server.write({ "changed.txt": String(kill) });
    work.build(`tag-${kill}`);
  }
  const served = { tag: "latest", notebook: "predict.ipynb" };
  if (kill === 2) work.deploy("one", { ...served, replicas: 2 });
  if (kill === 6) work.deploy("two", { ...served, replicas: 1 });
  if (kill === 10) work.deploy("one", { notebook: "other.ipynb" });
  if (kill === 14) work.deploy("one", { replicas: 1 });
  if (kill === 18) work.deploy("two", { notebook: "other.ipynb" });
}

/** Ends the server again and again, each time another moment after it was asked for more, or while it is. */
export async function killTwentyTimes(work: AskedWork, server: WorkServer): Promise<void> {
  for (let kill = 1; kill <= KILLS; kill += 1) {
    await askedBefore(kill, work, server);
    const sending = work.send();
    await pause((kill * 379) % 2_600);
    await server.kill9();
    await sending;
    await server.restart();
    // As a client that tries again.
    await work.send();
    // A build that was begun ten times and never had the time that it takes is given up.
    if (kill % 5 === 0) await work.builds();
  }
}

/** How many records there are of what was asked for. */
export async function counted(server: WorkServer): Promise<Record<string, number>> {
  const { project, model } = await server.run(
    `query ($proj: String!, $model: String!) {
      project(name: $proj) { trainings { totalCount } builds { totalCount } deployments { totalCount } }
      model(name: $model) { versions { totalCount } } }`,
    { proj: server.project, model: MODEL },
  );
  const all = { ...project, ...model } as Record<string, { totalCount: number }>;
  return Object.fromEntries(Object.entries(all).map(([name, { totalCount }]) => [name, totalCount]));
}
