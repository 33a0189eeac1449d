import { builtProject } from "../../support/built-project.js";
import type { TestApp } from "../../support/open-test-app.js";
import type { Answer } from "../../support/told.js";
import type { Seeded } from "./twins.js";

const nodesOf = (list: string) => `{ ${list}(first: 1) { nodes { id } } }`;

/** One record of every type, made as clients make them; what only a container makes is left to the store. */
export async function seedEverything(app: TestApp): Promise<Seeded> {
  const { seed } = app;
  const { proj, model } = await builtProject(app);
  const dataset = await seed.dataset({ model: model.name });
  const version = await seed.modelVersion({ model: model.name });
  const training = await seed.mutate("startTraining", "StartTrainingInput", {
    proj: proj.name,
    notebook: "train.ipynb",
  });
  const deployment = await seed.mutate("deploy", "DeployInput", {
    proj: proj.name,
    name: "live",
    notebook: "predict.ipynb",
    tag: "latest",
    movers: [{ model: model.name, name: version.name }],
    replicas: 0,
  });
  const chest = await seed.mutate("createTreasureChest", "CreateTreasureChestInput", {
    name: "chest",
    username: "somebody",
    password: "correct horse",
  });
  const places = { homeDir: "iris", gitRepo: "https://127.0.0.1:1/iris.git", dockerRepo: "registry.example/iris" };
  await seed.mutate("updateProject", "UpdateProjectInput", { name: proj.name, ...places });
  await seed.mutate("buildProject", "BuildProjectInput", { proj: proj.name, from: "LOCAL" }, "id");
  const first = async (list: string) => firstId(await app.execute(nodesOf(list)), list);
  const revisions = `{ deployment(proj: "${proj.name}", name: "live") { revisions(first: 1) { nodes { id } } } }`;
  return {
    names: {
      model: model.name,
      proj: proj.name,
      dataset: dataset.name,
      version: version.name,
      chest: "chest",
      training: training.name,
      deployment: "live",
    },
    ids: {
      Project: proj.id,
      Model: model.id,
      Dataset: dataset.id,
      ModelVersion: version.id,
      Training: training.id,
      Deployment: deployment.id,
      TreasureChest: chest.id,
      Build: await first("builds"),
      BuildVersion: await first("buildVersions"),
      DeploymentRevision: (await app.execute(revisions)).data.deployment.revisions.nodes[0].id,
    },
  };
}

function firstId({ data }: Answer, list: string): string {
  const [node] = data[list].nodes;
  if (!node) throw new Error(`There is none among ${list}.`);
  return node.id;
}
