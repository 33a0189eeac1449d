import { expect, test } from "vitest";
import { openTestApp } from "./support/open-test-app.js";

const CREATE = /* GraphQL */ `
  mutation Create($input: CreateProjectInput!) {
    createProject(input: $input) {
      id
      name
      desc
      homeDir
      gitRepo
      dockerRepo
      models {
        name
      }
      createdBy
      superseded
      deleting
    }
  }
`;
const UPDATE = /* GraphQL */ `
  mutation Update($input: UpdateProjectInput!) {
    updateProject(input: $input) {
      desc
      gitRepo
      models {
        name
      }
    }
  }
`;

test("a project has the fields it was given and its models in their order", async () => {
  await using app = await openTestApp();
  const [one, other] = [await app.seed.model(), await app.seed.model()];
  const input = {
    name: "botanics",
    desc: "Flowers",
    homeDir: "iris",
    gitRepo: "https://git.example.org/flora",
    models: [other.name, one.name],
  };

  const { data } = await app.execute(CREATE, { input });

  const models = [{ name: other.name }, { name: one.name }];
  expect(data.createProject).toMatchObject({
    ...input,
    models,
    dockerRepo: null,
    createdBy: "local",
    superseded: false,
    deleting: false,
  });
  expect(data.createProject.id).toMatch(/^project_[0-9a-z]{26}$/);
});

test("a project without a name gets two words and a number", async () => {
  await using app = await openTestApp();

  const { data } = await app.execute(CREATE, { input: {} });

  expect(data.createProject.name).toMatch(/^[a-z]+(-[a-z]+)+-\d{4}$/);
});

test("a name that is taken is refused with its path", async () => {
  await using app = await openTestApp();
  const { name } = await app.seed.project();

  const { errors } = await app.execute(CREATE, { input: { name } });

  expect(errors?.[0]?.message).toBe("The name is taken.");
});

test("of many creates of one name at a time exactly one succeeds", async () => {
  await using app = await openTestApp();

  const answers = await Promise.all(Array.from({ length: 32 }, () => app.execute(CREATE, { input: { name: "one" } })));

  expect(answers.filter(({ errors }) => !errors)).toHaveLength(1);
  const { data } = await app.execute(`{ projects { totalCount } }`);
  expect(data.projects.totalCount).toBe(1);
});

test("an update changes what is given, empties what is null and leaves the rest", async () => {
  await using app = await openTestApp();
  const model = await app.seed.model();
  const { name } = await app.seed.project({
    desc: "old",
    gitRepo: "https://git.example.org/flora",
    models: [model.name],
  });

  const { data } = await app.execute(UPDATE, { input: { name, desc: "new", gitRepo: null } });

  expect(data.updateProject).toEqual({ desc: "new", gitRepo: null, models: [{ name: model.name }] });
});

test("a model that is not there is refused by name and path", async () => {
  await using app = await openTestApp();

  const { errors } = await app.execute(CREATE, { input: { models: ["nowhere"] } });

  expect(errors?.[0]?.message).toBe("There is no such model.");
});
