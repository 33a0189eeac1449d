import { expect, test } from "vitest";
import { openTestApp } from "./support/open-test-app.js";

const DS = /* GraphQL */ `
  query Ds($id: ID!) {
    node(id: $id) {
      ... on ModelVersion {
        ds {
          recordId
          name
          status
          drift {
            path
            frozen
            now
          }
          live {
            id
          }
          model {
            status
          }
        }
      }
    }
  }
`;
const UPDATE = /* GraphQL */ `
  mutation Update($input: UpdateDatasetInput!) {
    updateDataset(input: $input) {
      id
    }
  }
`;

async function versionOfDataset() {
  const app = await openTestApp();
  const model = await app.seed.model();
  const ds = await app.seed.dataset({ model: model.name, name: "iris", details: { rows: 1 } });
  const version = await app.seed.modelVersion({ model: model.name, ds: { model: model.name, name: "iris" } });
  const seen = async () => (await app.execute(DS, { id: version.id })).data.node.ds;
  return { app, model, ds, seen };
}

test("a snapshot of what has not changed is identical", async () => {
  const { app, ds, seen } = await versionOfDataset();
  await using _ = app;

  expect(await seen()).toMatchObject({
    recordId: ds.id,
    status: "IDENTICAL",
    drift: [],
    live: { id: ds.id },
    model: { status: "IDENTICAL" },
  });
});

test("a snapshot of a record that changed says what differs", async () => {
  const { app, model, ds, seen } = await versionOfDataset();
  await using _ = app;

  await app.execute(UPDATE, { input: { model: model.name, name: "iris", details: { rows: 2 } } });

  const drift = [{ path: ["details", "rows"], frozen: 1, now: 2 }];
  expect(await seen()).toMatchObject({ status: "CHANGED", drift, live: { id: ds.id } });
});

test("a snapshot of a record that another has replaced leads to the other", async () => {
  const { app, model, seen } = await versionOfDataset();
  await using _ = app;

  const files = [{ name: "measures.csv", text: "4.9,3.0,1.4,0.2\n" }];
  const other = await app.seed.dataset({ model: model.name, name: "iris", details: { rows: 1 }, files });

  const frozen = await seen();
  expect(frozen).toMatchObject({ status: "REPLACED", live: { id: other.id } });
  expect(frozen.drift.map(({ path }: { path: string[] }) => path.join("."))).toEqual(["files.0.sha256"]);
});

test("a snapshot outlives its record", async () => {
  const { app, model, seen } = await versionOfDataset();
  await using _ = app;

  await app.execute(`mutation ($input: DeleteDatasetInput!) { deleteDataset(input: $input) { done } }`, {
    input: { model: model.name, name: "iris" },
  });

  expect(await seen()).toMatchObject({ name: "iris", status: "DELETED", drift: [], live: null });
});

test("a nested snapshot counts in its holder by its id alone", async () => {
  const { app, model, seen } = await versionOfDataset();
  await using _ = app;

  await app.execute(`mutation ($input: UpdateModelInput!) { updateModel(input: $input) { id } }`, {
    input: { name: model.name, desc: "new" },
  });

  expect(await seen()).toMatchObject({ status: "IDENTICAL", model: { status: "CHANGED" } });
});

test("one fragment reads a record and its snapshot", async () => {
  const { app } = await versionOfDataset();
  await using _ = app;

  const { data } = await app.execute(/* GraphQL */ `
    fragment Data on DatasetInfo {
      name
      stored
      model {
        name
      }
      files {
        name
        size
      }
    }
    {
      modelVersions {
        nodes {
          ds {
            ...Data
            live {
              ...Data
            }
          }
        }
      }
    }
  `);

  const [{ ds }] = data.modelVersions.nodes;
  expect(ds).toEqual({ ...ds.live, live: ds.live });
});
