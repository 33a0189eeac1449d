import { ApolloClient, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { CombinedGraphQLErrors } from "@apollo/client/errors";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { relayStylePagination } from "@apollo/client/utilities";
import { buildClientSchema, getIntrospectionQuery, type GraphQLSchema, isAbstractType, parse } from "graphql";
import { beforeAll, expect, test } from "vitest";
import { firstValueFrom } from "rxjs";
import * as documents from "./support/documents.js";
import { expectSeen, seedModels } from "./support/seen-by-client.js";
import { sharedRocas } from "./support/shared-rocas.js";
import { socketOf } from "./support/socket-of.js";
import { type Heard, untilHeard } from "./support/until-heard.js";

const PAGE = gql(documents.PAGE);
const CREATE = gql(documents.CREATE);
const VERSION = gql`
  mutation Publish($input: PublishModelVersionInput!) {
    publishModelVersion(input: $input) {
      id
      name
      ds {
        ...Data
        live {
          ...Data
          id
        }
      }
    }
  }
  fragment Data on DatasetInfo {
    name
    details
  }
`;
const HEAR = gql(documents.HEAR);

const rocas = sharedRocas();
beforeAll(() => seedModels(rocas()));

/** As Apollo's own documentation tells: the cache learns from the introspection what an interface may be. */
const possibleTypesOf = (schema: GraphQLSchema): Record<string, string[]> =>
  Object.fromEntries(
    Object.values(schema.getTypeMap())
      .filter(isAbstractType)
      .map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)]),
  );

async function openClient(): Promise<{ client: ApolloClient; schema: GraphQLSchema }> {
  const link = new HttpLink({ uri: `${rocas().url}/graphql` });
  const stranger = new ApolloClient({ link, cache: new InMemoryCache() });
  const { data } = await stranger.query({ query: parse(getIntrospectionQuery()), fetchPolicy: "no-cache" });
  const schema = buildClientSchema(data as never);
  const cache = new InMemoryCache({
    possibleTypes: possibleTypesOf(schema),
    typePolicies: { Query: { fields: { models: relayStylePagination() } } },
  });
  return { client: new ApolloClient({ link, cache }), schema };
}

interface Models {
  readonly models: {
    readonly edges: readonly { readonly node: { readonly name: string } }[];
    readonly pageInfo: {
      readonly hasNextPage: boolean;
      readonly hasPreviousPage: boolean;
      readonly startCursor: string;
      readonly endCursor: string;
    };
  };
}

/** Fetches page after page into the one list of the cache, as a view that scrolls does. */
async function scroll(client: ApolloClient, direction: "forwards" | "backwards"): Promise<string[]> {
  await client.clearStore();
  const isForwards = direction === "forwards";
  const variables = isForwards ? { first: 3 } : { last: 3 };
  const query = client.watchQuery<Models>({ query: PAGE, variables });
  const subscription = query.subscribe({});
  let { pageInfo } = ((await query.reobserve()).data as Models).models;
  while (isForwards ? pageInfo.hasNextPage : pageInfo.hasPreviousPage) {
    const next = isForwards ? { after: pageInfo.endCursor } : { before: pageInfo.startCursor };
    ({ pageInfo } = (await query.fetchMore({ variables: next })).data!.models);
  }
  subscription.unsubscribe();
  const kept = client.readQuery<Models>({ query: PAGE, variables });
  return kept!.models.edges.map(({ node }) => node.name);
}

async function create(client: ApolloClient, input: object): Promise<string> {
  const { data } = await client.mutate<{ createModel: { id: string } }>({ mutation: CREATE, variables: { input } });
  return data!.createModel.id;
}

test("Apollo Client introspects, pages both ways into its cache, and mutates", async () => {
  const { client, schema } = await openClient();

  const pages = { forwards: await scroll(client, "forwards"), backwards: await scroll(client, "backwards") };
  const input = { name: "made", idempotencyKey: "once" };
  const ids = [await create(client, input), await create(client, input)];
  const refusal = await create(client, { name: "made" }).catch((error: unknown) => error);

  expect(CombinedGraphQLErrors.is(refusal)).toBe(true);
  const code = (refusal as CombinedGraphQLErrors).errors[0]!.extensions!["code"] as string;
  const types = Object.keys(schema.getTypeMap()).filter((each) => !each.startsWith("__"));
  await expectSeen(rocas(), { types: types.sort(), ...pages, ids, code });
});

test("Apollo Client keeps records by id, and snapshots with what holds them", async () => {
  const { client } = await openClient();
  const model = "model-1";
  await rocas().execute(
    `mutation { createDataset(input: { model: "${model}", name: "d", details: { rows: 1 }, files: [{ name: "a", text: "b" }] }) { id } }`,
  );
  const input = { model, name: "v", ds: { model, name: "d" }, files: [{ name: "a", text: "b" }] };

  const { data } = await client.mutate<{ publishModelVersion: { id: string; ds: { live: { id: string } } } }>({
    mutation: VERSION,
    variables: { input },
  });

  const { id, ds } = data!.publishModelVersion;
  const kept = Object.keys(client.cache.extract() as object).filter((each) => !each.startsWith("ROOT_"));
  expect(kept.sort()).toEqual([`Dataset:${ds.live.id}`, `ModelVersion:${id}`]);
  expect(ds).toMatchObject({ name: "d", details: { rows: 1 }, live: { name: "d", details: { rows: 1 } } });
});

test("Apollo Client hears of changes over WebSocket", async () => {
  const link = new GraphQLWsLink(socketOf(rocas()));
  const cache = new InMemoryCache({ possibleTypes: { Node: ["Model"] } });
  const changes = new ApolloClient({ link, cache }).subscribe<{ recordChanged: Heard }>({ query: HEAR });

  const first = firstValueFrom(changes).then(({ data, error }) => {
    if (error) throw error;
    return data!.recordChanged;
  });

  await untilHeard(rocas(), first);
});
