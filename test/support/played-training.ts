import { createHash } from "node:crypto";
import { builtProject } from "./built-project.js";
import type { TestApp } from "./open-test-app.js";
import { PlayedContainer } from "./played-container.js";

export const TRAINING = `{ id name task { state progress error attempt } movers { nodes { name } } log { text } }`;
const START = `mutation Start($input: StartTrainingInput!) { startTraining(input: $input) ${TRAINING} }`;

/** A training whose container runs, and which a test plays. */
export async function playedTraining(app: TestApp, input: object = {}) {
  const { proj, model } = await builtProject(app);
  const ds = await app.seed.dataset({ model: model.name });
  const { data, errors } = await app.execute(START, {
    input: { proj: proj.name, notebook: "train.ipynb", datasets: [{ model: model.name, name: ds.name }], ...input },
  });
  if (errors) throw new Error(errors[0]?.message);
  await app.settled();
  const [spec] = app.runtime.running(data.startTraining.id);
  if (!spec) throw new Error("Nothing runs.");
  return { proj, model, ds, training: data.startTraining, spec, container: PlayedContainer.of(spec) };
}

/** How a container announces a file of that text. */
export const fileOf = (name: string, text: string) => ({
  name,
  size: Buffer.byteLength(text),
  sha256: createHash("sha256").update(text).digest("hex"),
});
