import { Client, fetchExchange, gql, subscriptionExchange, type SubscriptionForwarder } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { relayPagination } from "@urql/exchange-graphcache/extras";
import {
  buildClientSchema,
  getIntrospectionQuery,
  type GraphQLSchema,
  introspectionFromSchema,
  isObjectType,
  parse,
} from "graphql";
import { createClient as createEventStreams } from "graphql-sse";
import { expect, test } from "vitest";
import type { Rocas } from "./support/open-rocas.js";
import * as documents from "./support/documents.js";
import { expectSeen, seedModels } from "./support/seen-by-client.js";
import { sharedRocas } from "./support/shared-rocas.js";
import { socketOf } from "./support/socket-of.js";
import { type Heard, untilHeard } from "./support/until-heard.js";

const PAGE = gql(documents.PAGE);
const CREATE = gql(documents.CREATE);
const HEAR = gql(documents.HEAR);

const rocas = sharedRocas();

/** Values have no id: they are kept with what holds them. */
const valuesOf = (schema: GraphQLSchema): Record<string, () => null> =>
  Object.fromEntries(
    Object.values(schema.getTypeMap())
      .filter((type) => isObjectType(type) && !("id" in type.getFields()) && !type.name.startsWith("__"))
      .map(({ name }) => [name, () => null]),
  );

async function openClient({ url }: Rocas, warned: string[]): Promise<{ client: () => Client; schema: GraphQLSchema }> {
  const address = { url: `${url}/graphql`, preferGetMethod: false } as const;
  const stranger = new Client({ ...address, exchanges: [fetchExchange] });
  const { data, error } = await stranger.query(parse(getIntrospectionQuery()), {}).toPromise();
  if (error) throw error;
  const schema = buildClientSchema(data);
  const graphcache = () =>
    cacheExchange({
      schema: introspectionFromSchema(schema) as never,
      keys: valuesOf(schema),
      resolvers: { Query: { models: relayPagination() } },
      logger: (severity, message) => severity !== "debug" && warned.push(message),
    });
  return { client: () => new Client({ ...address, exchanges: [graphcache(), fetchExchange] }), schema };
}

interface Models {
  readonly edges: readonly { readonly node: { readonly name: string } }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string;
    readonly endCursor: string;
  };
}

/** Asks for page after page; graphcache joins them to one list. */
async function scroll(client: Client, direction: "forwards" | "backwards", cursor?: string): Promise<string[]> {
  const variables = direction === "forwards" ? { first: 3, after: cursor } : { last: 3, before: cursor };
  const { data, error } = await client.query<{ models: Models }>(PAGE, variables).toPromise();
  if (error) throw error;
  const { edges, pageInfo } = data!.models;
  if (direction === "forwards" && pageInfo.hasNextPage) return scroll(client, direction, pageInfo.endCursor);
  if (direction === "backwards" && pageInfo.hasPreviousPage) return scroll(client, direction, pageInfo.startCursor);
  return edges.map(({ node }) => node.name);
}

const create = (client: Client, input: object) =>
  client.mutation<{ createModel: { id: string } }>(CREATE, { input }).toPromise();

test("urql with graphcache introspects, pages both ways into its cache, and mutates, without a warning", async () => {
  await seedModels(rocas());
  const warned: string[] = [];
  const { client, schema } = await openClient(rocas(), warned);

  const pages = { forwards: await scroll(client(), "forwards"), backwards: await scroll(client(), "backwards") };
  const maker = client();
  const input = { name: "made", idempotencyKey: "once" };
  const made = [await create(maker, input), await create(maker, input)];
  const refused = await create(maker, { name: "made" });

  const code = refused.error!.graphQLErrors[0]!.extensions["code"] as string;
  const types = Object.keys(schema.getTypeMap()).filter((each) => !each.startsWith("__"));
  const ids = made.map(({ data }) => data!.createModel.id);
  await expectSeen(rocas(), { types: types.sort(), ...pages, ids, code });
  expect(warned).toEqual([]);
});

/** The first change that urql tells of, whatever brings it. */
function firstHeard({ url }: Rocas, forwardSubscription: SubscriptionForwarder): Promise<Heard> {
  const client = new Client({ url, exchanges: [subscriptionExchange({ forwardSubscription })] });
  return new Promise((resolve, reject) => {
    const { unsubscribe } = client.subscription<{ recordChanged: Heard }>(HEAR, {}).subscribe(({ data, error }) => {
      queueMicrotask(() => unsubscribe());
      if (data) resolve(data.recordChanged);
      else reject(error ?? new Error("The subscription ended."));
    });
  });
}

interface Transport {
  subscribe(operation: { query: string; variables?: Record<string, unknown> }, sink: never): () => void;
}

const forwarder =
  (transport: Transport): SubscriptionForwarder =>
  ({ query, variables }) => ({
    subscribe: (sink) => ({
      unsubscribe: transport.subscribe(
        { query: query!, variables: variables as Record<string, unknown> },
        sink as never,
      ),
    }),
  });

test("urql hears of changes over WebSocket", async () => {
  await untilHeard(rocas(), firstHeard(rocas(), forwarder(socketOf(rocas()))));
});

test("urql hears of changes over server-sent events", async () => {
  const streams = createEventStreams({ url: `${rocas().url}/graphql/stream`, retryAttempts: 0 });

  await untilHeard(rocas(), firstHeard(rocas(), forwarder(streams)));
  streams.dispose();
});
