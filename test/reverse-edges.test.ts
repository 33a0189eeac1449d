import { expect, test } from "vitest";
import { builtProject } from "./support/built-project.js";
import { openTestApp } from "./support/open-test-app.js";
import { trainedVersion } from "./support/trained-version.js";

const EDGES = /* GraphQL */ `
  query Edges($proj: String!, $model: String!, $dataset: String!, $version: String!) {
    project(name: $proj) {
      buildVersions {
        nodes {
          tag
          trainings {
            totalCount
          }
          movers {
            nodes {
              name
            }
          }
          deployments {
            nodes {
              name
            }
          }
        }
      }
      trainings {
        nodes {
          movers {
            nodes {
              name
            }
          }
        }
      }
      movers {
        nodes {
          name
        }
      }
      deployments {
        nodes {
          name
        }
      }
    }
    model(name: $model) {
      projects {
        nodes {
          name
        }
      }
      versions {
        nodes {
          name
        }
      }
      deployments {
        nodes {
          name
        }
      }
    }
    dataset(model: $model, name: $dataset) {
      trainings {
        totalCount
      }
      versions {
        nodes {
          name
        }
      }
    }
    modelVersion(model: $model, name: $version) {
      deployments {
        nodes {
          name
        }
      }
    }
  }
`;

const nodes = (...names: string[]) => ({ nodes: names.map((name) => ({ name })) });

test("every link is followed backwards", async () => {
  await using app = await openTestApp();
  const { proj, model } = await builtProject(app);
  const version = await trainedVersion(app, proj.name, model.name);
  const deploy = {
    proj: proj.name,
    tag: "latest",
    notebook: "predict.ipynb",
    movers: [version],
    name: "live",
    replicas: 0,
  };
  await app.seed.mutate("deploy", "DeployInput", deploy);
  const { data: found } = await app.execute(`{ datasets { nodes { name } } }`);
  const [dataset] = found.datasets.nodes;

  const { data, errors } = await app.execute(EDGES, {
    proj: proj.name,
    model: model.name,
    dataset: dataset.name,
    version: version.name,
  });

  expect(errors).toBeUndefined();
  const [movers, deployments] = [nodes(version.name), nodes("live")];
  expect(data.project).toEqual({
    buildVersions: { nodes: [{ tag: "latest", trainings: { totalCount: 1 }, movers, deployments }] },
    trainings: { nodes: [{ movers }] },
    movers,
    deployments,
  });
  expect(data.model).toEqual({ projects: nodes(proj.name), versions: movers, deployments });
  expect(data.dataset).toEqual({ trainings: { totalCount: 1 }, versions: movers });
  expect(data.modelVersion).toEqual({ deployments });
});
