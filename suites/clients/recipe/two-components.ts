// Compiled in the folder that the recipe for a dashboard makes, with its cache and its types.
import { Client, fetchExchange } from "@urql/core";
import { openClient } from "./client.js";
import { createModel } from "./create-model.js";
import { graphql } from "./graphql/index.js";
import { openUrqlCache } from "./urql-cache.js";

const HEADER = graphql(`
  query Header($model: String!) {
    modelVersions(first: 20, filter: { model: { eq: $model } }) {
      nodes {
        id
        name
        model {
          id
          modelFiles {
            name
            required
          }
        }
        ds {
          recordId
          takenAt
          name
          files {
            name
            size
          }
        }
        files {
          name
          size
        }
      }
    }
  }
`);

const DETAIL = graphql(`
  query Detail($model: String!) {
    modelVersions(first: 20, filter: { model: { eq: $model } }) {
      totalCount
      nodes {
        id
        details
        model {
          id
          modelFiles {
            name
            maxMb
          }
        }
        ds {
          recordId
          takenAt
          details
          files {
            name
            sha256
          }
        }
        files {
          name
          sha256
        }
      }
    }
  }
`);

const TASK_STATE = graphql(`
  query TaskState($id: ID!) {
    node(id: $id) {
      id
      ... on Build {
        task {
          state
        }
      }
    }
  }
`);

const TASK_PROGRESS = graphql(`
  query TaskProgress($id: ID!) {
    node(id: $id) {
      id
      ... on Build {
        task {
          progress
          error
        }
      }
    }
  }
`);

// Word for word the page's own, whose name `createModel` asks for.
const MODELS = graphql(`
  query Models($after: String) {
    models(first: 20, after: $after) {
      edges {
        node {
          id
          name
          desc
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

const [address = "", model = ""] = process.argv.slice(2);

async function apollo() {
  const client = openClient(address);
  const header = client.watchQuery({ query: HEADER, variables: { model } });
  const detail = client.watchQuery({ query: DETAIL, variables: { model } });
  for (const each of [header, detail]) each.subscribe({});
  await client.query({ query: HEADER, variables: { model } });
  await client.query({ query: DETAIL, variables: { model } });
  // A task of a build that the server has not: what two answers of it make in the cache.
  const id = "build_01hzy3m3c9x6q1w2e3r4t5y6u7";
  const node = { __typename: "Build", id } as const;
  const [state, progress] = [
    { __typename: "Task", state: "RUNNING" },
    { __typename: "Task", progress: 0.5, error: null },
  ];
  client.writeQuery({ query: TASK_STATE, variables: { id }, data: { node: { ...node, task: state } } as never });
  client.writeQuery({ query: TASK_PROGRESS, variables: { id }, data: { node: { ...node, task: progress } } as never });

  const models = client.watchQuery({ query: MODELS });
  models.subscribe({});
  const names = () => client.readQuery({ query: MODELS })?.models.edges.map(({ node: { name } }) => name);
  await client.query({ query: MODELS });
  const before = names();
  await createModel(client, "made-in-the-dashboard");
  return {
    header: client.readQuery({ query: HEADER, variables: { model } }),
    detail: client.readQuery({ query: DETAIL, variables: { model } }),
    state: client.readQuery({ query: TASK_STATE, variables: { id } }),
    progress: client.readQuery({ query: TASK_PROGRESS, variables: { id } }),
    before,
    after: names(),
  };
}

async function urql() {
  const client = new Client({ url: address, preferGetMethod: false, exchanges: [openUrqlCache(), fetchExchange] });
  await client.query(HEADER, { model }).toPromise();
  await client.query(DETAIL, { model }).toPromise();
  return {
    header: client.readQuery(HEADER, { model })?.data,
    detail: client.readQuery(DETAIL, { model })?.data,
  };
}

console.log(JSON.stringify({ apollo: await apollo(), urql: await urql() }));
