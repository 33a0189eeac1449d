import { builtProject } from "../../../test/support/built-project.js";
import type { TestApp } from "../../../test/support/open-test-app.js";

/** One record of every kind, by the natural keys and by the ids under which other teams know them. */
export async function seedEveryKind(app: TestApp) {
  const { seed } = app;
  const { proj, model } = await builtProject(app);
  const dataset = await seed.dataset({ model: model.name });
  const modelVersion = await seed.modelVersion({ model: model.name });
  const training = await seed.mutate("startTraining", "StartTrainingInput", {
    proj: proj.name,
    notebook: "train.ipynb",
    datasets: [{ model: model.name, name: dataset.name }],
  });
  const deployment = await seed.mutate(
    "deploy",
    "DeployInput",
    {
      proj: proj.name,
      name: "live",
      tag: "latest",
      notebook: "predict.ipynb",
      movers: [{ model: model.name, name: modelVersion.name }],
      replicas: 0,
    },
    "id name revisions { nodes { id number } }",
  );
  const [revision] = deployment.revisions.nodes;
  const chest = await seed.mutate("createTreasureChest", "CreateTreasureChestInput", {
    name: "registry",
    username: "robot",
    password: "secret",
  });
  const other = await seed.project({ dockerRepo: "registry.test/flora" });
  const from = { proj: other.name, from: "PRE_BUILT", tag: "other" };
  const build = await seed.mutate("buildProject", "BuildProjectInput", from, "id");
  const { data } = await app.execute(`query ($proj: String!) { buildVersion(proj: $proj, tag: "latest") { id } }`, {
    proj: proj.name,
  });

  const [ofProject, ofModel] = [{ proj: { name: proj.name } }, { model: { name: model.name } }];
  return {
    names: {
      project: { name: proj.name },
      model: { name: model.name },
      dataset: { ...ofModel, name: dataset.name },
      modelVersion: { ...ofModel, name: modelVersion.name },
      buildVersion: { ...ofProject, tag: "latest" },
      training: { ...ofProject, name: training.name },
      deployment: { ...ofProject, name: deployment.name },
      revision: { deployment: { ...ofProject, name: deployment.name }, number: revision.number },
      chest: { name: chest.name },
    },
    ids: {
      project: proj.id,
      model: model.id,
      dataset: dataset.id,
      modelVersion: modelVersion.id,
      buildVersion: data.buildVersion.id,
      training: training.id,
      deployment: deployment.id,
      revision: revision.id,
      chest: chest.id,
      build: build.id,
    },
  };
}

export type EveryKind = Awaited<ReturnType<typeof seedEveryKind>>;
