import { buildAgain, imageId } from "../../support/built-project.js";
import { deployedFromEverything } from "../../support/every-field.js";
import { manyFiles, openDataset } from "../../support/many-files.js";
import type { TestApp } from "../../support/open-test-app.js";
import { seedEverything } from "../../hostile/support/seed-everything.js";

const ODD_TEXT = 'quotes "and" \\ \u0007 tab\t line\n \u2028 \u{1f33c} é \u0001';
const DETAILS = {
  'q"uote': ODD_TEXT,
  "dotted.key": [1, 0.1, -0, 1e21, 1e-7, 9_007_199_254_740_991, true, null, [], {}],
  "10": "ten",
  "9": "nine",
  metrics: { accuracy: 0.5, "\u{1f33c}": [{ deep: [[ODD_TEXT]] }] },
};

/** Records of every type, with snapshots of every status, earlier generations, missing files and odd texts. */
export async function seedVaried(app: TestApp): Promise<void> {
  const { seed } = app;
  await deployedFromEverything(app);
  const { names } = await seedEverything(app);
  await app.settled();
  const served = await versionsToCome(app, names.model);
  await seed.mutate("deploy", "DeployInput", {
    ...{ proj: names.proj, tag: "latest", name: "drifting", notebook: "serve.ipynb", replicas: 2, details: DETAILS },
    movers: served.map((name) => ({ model: names.model, name })),
  });
  await app.settled();
  await makeDrift(app, names.model, served);
  await buildAgain(app.app, { id: await projectId(app, names.proj), name: names.proj }, imageId("2"));
  const missing = [{ name: "a.csv", size: 3, sha256: "a".repeat(64) }];
  const { name: model } = await seed.model();
  await seed.dataset({ model, files: missing, details: DETAILS });
  const open = await openDataset(app, { model });
  await open.add(manyFiles(250));
  await open.add(manyFiles(40, "other"), { complete: true });
  await seed.project({ name: "bare" });
  await app.settled();
}

async function projectId(app: TestApp, name: string): Promise<string> {
  const { data } = await app.execute(`query ($name: String!) { project(name: $name) { id } }`, { name });
  return data.project.id as string;
}

/** Versions to be deployed: one stays, one changes, one is replaced and one deleted. */
async function versionsToCome({ seed }: TestApp, model: string): Promise<string[]> {
  const names = ["stays", "changes", "is-replaced", "is-deleted"];
  for (const name of names) await seed.modelVersion({ model, name, details: DETAILS });
  await seed.mutate("updateModelVersion", "UpdateModelVersionInput", { model, name: "stays", aliases: ["champion"] });
  return names;
}

async function makeDrift(
  { app, seed }: TestApp,
  model: string,
  [, changes, replaced, deleted]: string[],
): Promise<void> {
  const details = { ...DETAILS, metrics: { accuracy: 0.75 }, more: [1] };
  await seed.mutate("updateModelVersion", "UpdateModelVersionInput", { model, name: changes, details });
  await seed.modelVersion({ model, name: replaced, files: [{ name: "other.pkl", text: "better" }], details });
  // What is deployed cannot be deleted by a client.
  await app.store.modelVersions.collection.deleteOne({ name: deleted });
}
