import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery } from "graphql";
import { type ClientError, gql, GraphQLClient } from "graphql-request";
import { test } from "vitest";
import { CREATE } from "./support/documents.js";
import { openRocas } from "./support/open-rocas.js";
import { expectSeen, seedModels } from "./support/seen-by-client.js";

interface Page {
  readonly models: {
    readonly nodes: readonly { readonly name: string }[];
    readonly pageInfo: {
      readonly hasNextPage: boolean;
      readonly hasPreviousPage: boolean;
      readonly startCursor: string | null;
      readonly endCursor: string | null;
    };
  };
}

const PAGE = gql`
  query Page($first: Int, $after: String, $last: Int, $before: String) {
    models(first: $first, after: $after, last: $last, before: $before) {
      nodes {
        name
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
`;

async function forwards(client: GraphQLClient, after: string | null = null): Promise<string[]> {
  const { models } = await client.request<Page>(PAGE, { first: 3, after });
  const names = models.nodes.map(({ name }) => name);
  return models.pageInfo.hasNextPage ? [...names, ...(await forwards(client, models.pageInfo.endCursor))] : names;
}

async function backwards(client: GraphQLClient, before: string | null = null): Promise<string[]> {
  const { models } = await client.request<Page>(PAGE, { last: 3, before });
  const names = models.nodes.map(({ name }) => name);
  return models.pageInfo.hasPreviousPage
    ? [...(await backwards(client, models.pageInfo.startCursor)), ...names]
    : names;
}

async function create(client: GraphQLClient, input: object): Promise<string> {
  const { createModel } = await client.request<{ createModel: { id: string } }>(CREATE, { input });
  return createModel.id;
}

test("graphql-request introspects, pages both ways, and mutates", async () => {
  await using rocas = await openRocas();
  await seedModels(rocas);
  const client = new GraphQLClient(`${rocas.url}/graphql`);

  const schema = buildClientSchema(await client.request<IntrospectionQuery>(getIntrospectionQuery()));
  const pages = { forwards: await forwards(client), backwards: await backwards(client) };
  const input = { name: "made", idempotencyKey: "once" };
  const ids = [await create(client, input), await create(client, input)];
  const refusal = await create(client, { name: "made" }).catch((error: unknown) => error);

  const code = (refusal as ClientError).response.errors![0]!.extensions!["code"] as string;
  const types = Object.keys(schema.getTypeMap()).filter((each) => !each.startsWith("__"));
  await expectSeen(rocas, { types: types.sort(), ...pages, ids, code });
});
