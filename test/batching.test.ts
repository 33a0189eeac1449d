import { expect, test } from "vitest";
import { builtProject } from "./support/built-project.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";
import { trainedVersion } from "./support/trained-version.js";

const LINEAGE = /* GraphQL */ `
  {
    deployments(first: 500) {
      nodes {
        name
        proj {
          name
          models {
            name
          }
        }
        movers {
          name
          model {
            name
          }
          train {
            name
            bvers {
              tag
              dockerId
              status
              live {
                dockerId
              }
            }
          }
          ds {
            name
          }
        }
      }
    }
  }
`;

async function deployed(app: TestApp, count: number): Promise<void> {
  const { proj, model } = await builtProject(app);
  const version = await trainedVersion(app, proj.name, model.name);
  const input = { proj: proj.name, tag: "latest", notebook: "predict.ipynb", movers: [version], replicas: 0 };
  for (let done = 0; done < count; done += 50)
    await Promise.all(
      Array.from({ length: Math.min(50, count - done) }, (_, next) =>
        app.seed.mutate("deploy", "DeployInput", { ...input, name: `depl-${done + next}` }),
      ),
    );
}

test("the lineage of 500 deployments costs one store call per type and level, as that of one does", async () => {
  await using app = await openTestApp({ ROCAS_MAX_PAGE: "500" });
  await deployed(app, 1);
  const one = await app.watched(LINEAGE);
  await deployed(app, 499);

  const all = await app.watched(LINEAGE);

  const nodes = all.data.deployments.nodes;
  expect(nodes).toHaveLength(500);
  expect(nodes[0].movers[0]).toMatchObject({
    train: { bvers: { tag: "latest", status: "IDENTICAL" } },
    ds: { name: "iris" },
  });
  expect([...all.commands].sort()).toEqual([...one.commands].sort());
  expect([...all.commands].sort()).toEqual([
    "aggregate deployments",
    "find build_versions",
    "find models",
    "find projects",
  ]);
}, 120_000);

test("a connection under a list is one call for all parents, and its count another", async () => {
  await using app = await openTestApp();
  for (const name of ["one", "two", "three"]) {
    await app.seed.model({ name });
    await app.seed.modelVersion({ model: name });
    await app.seed.modelVersion({ model: name });
  }

  const { data, commands } = await app.watched(
    `{ models { nodes { versions(first: 1) { totalCount nodes { name } pageInfo { hasNextPage } } } } }`,
  );

  const versions = { totalCount: 2, nodes: [{ name: expect.any(String) }], pageInfo: { hasNextPage: true } };
  expect(data.models.nodes).toEqual([{ versions }, { versions }, { versions }]);
  expect(commands).toEqual(["aggregate models", "aggregate models", "aggregate models"]);
});

test("a page with more behind it is one call", async () => {
  await using app = await openTestApp();
  for (const name of ["one", "two", "three"]) await app.seed.model({ name });

  const { data, commands } = await app.watched(`{ models(first: 2) { nodes { name } pageInfo { hasNextPage } } }`);

  expect(data.models).toEqual({ nodes: [{ name: "three" }, { name: "two" }], pageInfo: { hasNextPage: true } });
  expect(commands).toEqual(["aggregate models"]);
});
