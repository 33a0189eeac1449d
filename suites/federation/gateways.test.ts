import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EveryKind, seedEveryKind } from "./support/every-kind.js";
import { type Kept, serveBadges, serveReviews } from "./support/foreign-server.js";
import { gateways } from "./support/gateways.js";
import { query } from "./support/query.js";
import { type RocasServer, startRocas, TOKEN } from "./support/rocas-server.js";

describe.each(Object.entries(gateways))("%s", (_, startGateway) => {
  const opened: AsyncDisposable[] = [];
  const keep = <T extends AsyncDisposable>(each: T): T => (opened.push(each), each);
  const reviews: Kept[] = [];
  let rocas: RocasServer;
  let kinds: EveryKind;
  let ask: (document: string, variables?: object) => ReturnType<typeof query>;

  beforeAll(async () => {
    rocas = keep(await startRocas());
    kinds = await seedEveryKind(rocas.app);
    const subgraphs = [
      { name: "rocas", url: rocas.url },
      { name: "reviews", url: keep(await serveReviews(reviews)).url },
      { name: "badges", url: keep(await serveBadges()).url },
    ];
    const { url } = keep(await startGateway(subgraphs, TOKEN));
    ask = (document, variables) => query(url, document, variables);
  });
  afterAll(async () => {
    for (const each of opened.reverse()) await each[Symbol.asyncDispose]();
  });

  function review(...about: object[]): void {
    reviews.splice(0, Infinity, ...about.map((each, index) => ({ id: `review-${index}`, text: "fine", ...each })));
  }

  test("finds a record of every kind by the natural key that another team knows", async () => {
    review(kinds.names);
    const fields = Object.keys(kinds.names).map((field) => `${field} { id createdBy }`);

    const { data, errors } = await ask(`{ reviews { nodes { text ${fields.join(" ")} } } }`);

    expect(errors).toBeUndefined();
    const { build: _build, ...ids } = kinds.ids;
    const found = Object.entries(ids).map(([field, id]) => [field, { id, createdBy: expect.any(String) }]);
    expect(data.reviews.nodes).toEqual([{ text: "fine", ...Object.fromEntries(found) }]);
  });

  test("finds a record of every kind by its id", async () => {
    const fields = Object.keys(kinds.ids);

    const { data, errors } = await ask(
      `query ($ids: [ID!]!) { badges(ids: $ids) { ${fields.map((each) => `${each} { id createdBy }`).join(" ")} } }`,
      { ids: Object.values(kinds.ids) },
    );

    expect(errors).toBeUndefined();
    const found = data.badges.map((badge: Record<string, { id: string }>, index: number) => badge[fields[index]!]);
    expect(found).toEqual(Object.values(kinds.ids).map((id) => ({ id, createdBy: expect.any(String) })));
  });

  test("asks Rocas once for the records of a hundred foreign items, and Rocas its store once a type", async () => {
    const model = await rocas.app.seed.model();
    const made = Array.from({ length: 100 }, () => rocas.app.seed.dataset({ model: model.name }));
    const datasets = await Promise.all(made);
    review(...datasets.map(({ name }) => ({ dataset: { model: { name: model.name }, name } })));

    const { answer, requests, commands } = await rocas.during(() =>
      ask(`{ reviews { nodes { dataset { id state trainings(first: 1) { nodes { id } } } } } }`),
    );

    expect(answer.errors).toBeUndefined();
    const found = answer.data.reviews.nodes.map(({ dataset }: { dataset: object }) => dataset);
    expect(found).toEqual(datasets.map(({ id }) => ({ id, state: "READY", trainings: { nodes: [] } })));
    expect(requests).toBe(1);
    expect(commands).toEqual(["aggregate datasets", "find datasets"]);
  });

  test("adds what other teams know to the records of a page of ours", async () => {
    review({ training: kinds.names.training });

    const { answer, requests } = await rocas.during(() =>
      ask(`{ trainings { nodes { name notebook reviews { text } badge { colour } } pageInfo { hasNextPage } } }`),
    );

    const { name } = kinds.names.training;
    const training = { name, notebook: "train.ipynb", reviews: [{ text: "fine" }], badge: { colour: "train" } };
    expect(answer).toEqual({ data: { trainings: { nodes: [training], pageInfo: { hasNextPage: false } } } });
    expect(requests).toBe(1);
  });

  test("takes our details to a field that another team computes from them", async () => {
    const model = await rocas.app.seed.model();
    const { name } = await rocas.app.seed.modelVersion({ model: model.name, details: { metrics: { accuracy: 0.97 } } });

    const { data } = await ask(
      `query ($model: String!, $name: String!) { modelVersion(model: $model, name: $name) { name accuracy } }`,
      { model: model.name, name },
    );

    expect(data).toEqual({ modelVersion: { name, accuracy: 0.97 } });
  });

  test("answers null for what is gone, and what is there beside it", async () => {
    const { name } = await rocas.app.seed.project();
    await rocas.app.seed.mutate("deleteProject", "DeleteProjectInput", { name }, "id");
    review({ project: { name } }, { project: kinds.names.project }, { project: { name: "never-there" } });

    const { data } = await ask(`{ reviews { nodes { project { id } } } }`);

    expect(data.reviews.nodes).toEqual([{ project: null }, { project: { id: kinds.ids.project } }, { project: null }]);
  });

  test("keeps the code of an error of ours, with the path of the input", async () => {
    const { errors } = await ask(`mutation ($input: CreateProjectInput!) { createProject(input: $input) { id } }`, {
      input: kinds.names.project,
    });

    expect(errors).toHaveLength(1);
    expect(errors![0]!.extensions).toMatchObject({ code: "ALREADY_EXISTS", path: ["input", "name"] });
  });

  test("carries mutations to Rocas and to the other team, and joins what both know of the record", async () => {
    const name = "made-through-a-gateway";

    const made = await ask(
      `mutation ($input: CreateProjectInput!) { createProject(input: $input) { name reviews { text } } }`,
      { input: { name } },
    );
    const reviewed = await ask(
      `mutation ($input: ReviewInput!) { review(input: $input) { project { name createdBy reviews { text } } } }`,
      { input: { project: name, text: "a good start" } },
    );

    expect(made).toEqual({ data: { createProject: { name, reviews: [] } } });
    expect(reviewed.data.review.project).toEqual({ name, createdBy: "local", reviews: [{ text: "a good start" }] });
  });

  test("finds 1,000 records at once, and is told the limit beyond that", async () => {
    const project = (index: number) => ({ project: { name: `nowhere-${index}` } });
    const ofMany = `{ reviews { nodes { id project { id } } } }`;
    review(...Array.from({ length: 1_000 }, (_each, index) => project(index)));
    const most = await ask(ofMany);
    review(...Array.from({ length: 1_001 }, (_each, index) => project(index)));
    const tooMany = await ask(ofMany);

    expect(most.data.reviews.nodes).toHaveLength(1_000);
    expect(JSON.stringify(most)).not.toContain("LIMIT_EXCEEDED");
    // Apollo Gateway keeps what was answered with a status of 400 as a whole, Hive Gateway takes the errors out.
    expect(JSON.stringify(tooMany.errors)).toContain("A list has at most 1000 items.");
    expect(JSON.stringify(tooMany.errors)).toContain("LIMIT_EXCEEDED");
  });
});

test("nobody without the token learns the schema or finds an entity as a gateway does", async () => {
  await using rocas = await startRocas();
  const { name } = await rocas.app.seed.project();

  const { answer, commands } = await rocas.during(() =>
    Promise.all([
      query(rocas.url, "{ _service { sdl } }"),
      query(
        rocas.url,
        `query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename } }`,
        { representations: [{ __typename: "Project", name }] },
      ),
    ]),
  );

  expect(answer.map(({ data, errors }) => [data, errors![0]!.extensions["code"]])).toEqual([
    [undefined, "UNAUTHENTICATED"],
    [undefined, "UNAUTHENTICATED"],
  ]);
  expect(commands).toEqual([]);
});
