import { createHash } from "node:crypto";
import { expect } from "vitest";
import type { TestApp } from "./open-test-app.js";
import { PlayedContainer } from "./played-container.js";

/** A version that a training of the project published, from inside its container, on the dataset `iris`. */
export async function trainedVersion(
  app: TestApp,
  proj: string,
  model: string,
): Promise<{ model: string; name: string }> {
  const ds = await app.seed.dataset({ model, name: "iris" });
  const datasets = [{ model, name: ds.name }];
  const { id } = await app.seed.mutate("startTraining", "StartTrainingInput", {
    proj,
    notebook: "train.ipynb",
    datasets,
  });
  await expect.poll(() => app.runtime.replicas(id), { timeout: 10_000 }).toBe(1);
  const [spec] = app.runtime.running(id);
  if (!spec) throw new Error("Nothing runs.");
  const container = PlayedContainer.of(spec);
  await container.claim();
  const bytes = Buffer.from("weights");
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const { body } = await container.post("/publish", {
    name: "trained",
    model,
    files: [{ name: "clf.pkl", size: bytes.length, sha256 }],
  });
  await container.send("PUT", body.uploads[0].url, bytes);
  await container.complete();
  return { model, name: "trained" };
}
