import { createHash } from "node:crypto";
import { expect } from "vitest";
import { buildAgain, imageId } from "../../support/built-project.js";
import type { TestApp } from "../../support/open-test-app.js";
import { PlayedContainer } from "../../support/played-container.js";

const MODEL = "iris-clf";
const DETAILS = {
  v1: { metrics: { accuracy: 0.88 } },
  v2: { metrics: { accuracy: 0.93 }, "python.version": "3.11" },
  v3: { metrics: { accuracy: 0.97 } },
  draft: { note: "not measured yet" },
};

/** What the pages speak of: a project, its model with five versions, a training that is over, and a deployment. */
export async function seedIris(app: TestApp): Promise<void> {
  const { seed } = app;
  await seed.model({ name: MODEL });
  const proj = await seed.project({ name: "iris", models: [MODEL] });
  await buildAgain(app.app, proj, imageId("1"));
  await train(app);
  for (const [name, details] of Object.entries(DETAILS)) await seed.modelVersion({ model: MODEL, name, details });
  await seed.mutate("updateModelVersion", "UpdateModelVersionInput", { model: MODEL, name: "v3", aliases: ["live"] });
  await seed.mutate("deploy", "DeployInput", {
    proj: proj.name,
    name: "iris-live",
    tag: "latest",
    notebook: "predict.ipynb",
    replicas: 0,
    movers: [{ model: MODEL, name: "v3" }],
  });
  await app.settled();
}

/** Plays the container of a training that prints two lines and publishes a version. */
async function train(app: TestApp): Promise<void> {
  await app.seed.dataset({ model: MODEL, name: "iris" });
  const { id } = await app.seed.mutate("startTraining", "StartTrainingInput", {
    proj: "iris",
    name: "first-training",
    notebook: "train.ipynb",
    datasets: [{ model: MODEL, name: "iris" }],
  });
  await expect.poll(() => app.runtime.replicas(id), { timeout: 20_000 }).toBe(1);
  const container = PlayedContainer.of(app.runtime.running(id)[0]!);
  await container.claim();
  await container.log("150 irises\n");
  await container.log("accuracy 0.95\n");
  const bytes = Buffer.from("weights");
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const files = [{ name: "clf.pkl", size: bytes.length, sha256 }];
  const details = { metrics: { accuracy: 0.95 } };
  const { body } = await container.post("/publish", { name: "trained", model: MODEL, files, details });
  await container.send("PUT", body.uploads[0].url, bytes);
  await container.complete();
  await app.settled();
}
