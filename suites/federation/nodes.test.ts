import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serveLabels, serveNotes, serveReviews } from "./support/foreign-server.js";
import { gateways } from "./support/gateways.js";
import { query } from "./support/query.js";
import { type RocasServer, startRocas, TOKEN } from "./support/rocas-server.js";

const NODES = /* GraphQL */ `
  query Nodes($id: ID!, $ids: [ID!]!) {
    node(id: $id) {
      __typename
      id
      ... on Project {
        name
      }
    }
    nodes(ids: $ids) {
      id
      ... on Dataset {
        state
      }
    }
  }
`;

describe.each(Object.entries(gateways))("%s", (_, startGateway) => {
  let rocas: RocasServer;
  let project: { id: string; name: string };
  let dataset: { id: string };

  beforeAll(async () => {
    rocas = await startRocas();
    project = await rocas.app.seed.project();
    dataset = await rocas.app.seed.dataset({ model: (await rocas.app.seed.model()).name });
  });
  afterAll(() => rocas[Symbol.asyncDispose]());

  test("finds our records by `node` and `nodes`, as Relay's clients do", async () => {
    await using reviews = await serveReviews([]);
    const subgraphs = [
      { name: "rocas", url: rocas.url },
      { name: "reviews", url: reviews.url },
    ];
    await using gateway = await startGateway(subgraphs, TOKEN);

    const { data, errors } = await query(gateway.url, NODES, { id: project.id, ids: [dataset.id, project.id] });

    expect(errors).toBeUndefined();
    expect(data).toEqual({
      node: { __typename: "Project", ...project },
      nodes: [{ id: dataset.id, state: "READY" }, { id: project.id }],
    });
  });

  test("finds the nodes of all subgraphs where another one takes `node` over", async () => {
    await using notes = await serveNotes();
    const subgraphs = [
      { name: "rocas", url: rocas.url },
      { name: "notes", url: notes.url },
    ];
    await using gateway = await startGateway(subgraphs, TOKEN);

    const ours = await query(gateway.url, NODES, { id: project.id, ids: [dataset.id, "note_1", "nothing"] });
    const theirs = await query(gateway.url, `{ node(id: "note_1") { ... on Note { text } } }`);

    expect(ours.data).toEqual({
      node: { __typename: "Project", ...project },
      nodes: [{ id: dataset.id, state: "READY" }, { id: "note_1" }, null],
    });
    expect(theirs).toEqual({ data: { node: { text: "says note_1" } } });
  });
});

// Hive Gateway's runtime wants a key on the interface itself, which would keep other teams from having nodes.
test("Apollo Gateway adds a field of another team to records of every type at once", async () => {
  await using rocas = await startRocas();
  const project = await rocas.app.seed.project();
  const dataset = await rocas.app.seed.dataset({ model: (await rocas.app.seed.model()).name });
  await using labels = await serveLabels();
  const subgraphs = [
    { name: "rocas", url: rocas.url },
    { name: "labels", url: labels.url },
  ];
  await using gateway = await gateways["Apollo Gateway"]!(subgraphs, TOKEN);

  const answer = await query(
    gateway.url,
    `query ($id: ID!) { projects { nodes { name labels } } datasets { nodes { labels } } node(id: $id) { id labels } }`,
    { id: dataset.id },
  );

  const labelled = ({ id }: { id: string }) => ({ labels: [`label of ${id}`] });
  expect(answer).toEqual({
    data: {
      projects: { nodes: [{ name: project.name, ...labelled(project) }] },
      datasets: { nodes: [labelled(dataset)] },
      node: { id: dataset.id, ...labelled(dataset) },
    },
  });
});
