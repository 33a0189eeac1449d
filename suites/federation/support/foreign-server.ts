import { readFile } from "node:fs/promises";
import { ApolloServer } from "@apollo/server";
import { ApolloServerPluginInlineTraceDisabled } from "@apollo/server/plugin/disabled";
import { startStandaloneServer } from "@apollo/server/standalone";
import { buildSubgraphSchema } from "@apollo/subgraph";
import { parse } from "graphql";

type Reference = Readonly<Record<string, unknown>>;
/** What another team keeps of a record of Rocas: the key that it knows it by, in one of the fields. */
export type Kept = Readonly<Record<string, unknown>>;

export interface ForeignServer extends AsyncDisposable {
  readonly url: string;
}

/** The field of a review or a badge that refers to each of our types. */
const FIELD_OF = {
  Build: "build",
  Project: "project",
  Model: "model",
  Dataset: "dataset",
  ModelVersion: "modelVersion",
  BuildVersion: "buildVersion",
  Training: "training",
  Deployment: "deployment",
  DeploymentRevision: "revision",
  TreasureChest: "chest",
} as const;

/** Whether a reference, which may hold more than the key, has the key. */
const isOf = (reference: unknown, key: unknown): boolean =>
  typeof key !== "object" || key === null
    ? reference === key
    : typeof reference === "object" &&
      reference !== null &&
      Object.entries(key).every(([field, value]) => isOf((reference as Reference)[field], value));

async function serve(name: string, resolvers: object): Promise<ForeignServer> {
  const typeDefs = parse(await readFile(`suites/federation/subgraphs/${name}.graphql`, "utf8"));
  const schema = buildSubgraphSchema([{ typeDefs, resolvers: resolvers as never }]);
  const server = new ApolloServer({ schema, plugins: [ApolloServerPluginInlineTraceDisabled()] });
  const { url } = await startStandaloneServer(server, { listen: { port: 0, host: "127.0.0.1" } });
  return { url, [Symbol.asyncDispose]: () => server.stop() };
}

/** The team that reviews records, and knows them by their natural keys alone. */
export function serveReviews(reviews: Kept[]): Promise<ForeignServer> {
  const { Build: _, ...fields } = FIELD_OF;
  const entities = Object.entries(fields).map(([type, field]) => [
    type,
    { reviews: (record: Reference) => reviews.filter((each) => each[field] && isOf(record, each[field])) },
  ]);
  const accuracy = ({ details }: { details: { metrics?: { accuracy?: number } } }) => details.metrics?.accuracy;
  const ofEntities = Object.fromEntries(entities) as Record<keyof typeof fields, object>;
  return serve("reviews", {
    ...ofEntities,
    ModelVersion: { ...ofEntities.ModelVersion, accuracy },
    Query: {
      reviews: (_root: unknown, { first }: { first?: number }) => ({
        nodes: reviews.slice(0, first),
        pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
      }),
    },
    Mutation: {
      review(_root: unknown, { input }: { input: { project: string; text: string } }) {
        const review = { id: `review-${reviews.length}`, text: input.text, project: { name: input.project } };
        reviews.push(review);
        return review;
      },
    },
  });
}

/** The team that gives badges, and knows records by their ids alone. */
export function serveBadges(): Promise<ForeignServer> {
  const badge = (id: string) => ({ colour: id.slice(0, id.indexOf("_")), id });
  const PREFIX: Record<string, string> = {
    build: "build",
    project: "project",
    model: "model",
    dataset: "dataset",
    movers: "modelVersion",
    bvers: "buildVersion",
    train: "training",
    depl: "deployment",
    revision: "revision",
    tchest: "chest",
  };
  return serve("badges", {
    ...Object.fromEntries(
      Object.keys(FIELD_OF).map((type) => [type, { badge: ({ id }: { id: string }) => badge(id) }]),
    ),
    Badge: Object.fromEntries(
      Object.values(FIELD_OF).map((field) => [
        field,
        ({ colour, id }: { colour: string; id: string }) => (PREFIX[colour] === field ? { id } : null),
      ]),
    ),
    Query: { badges: (_root: unknown, { ids }: { ids: string[] }) => ids.map(badge) },
  });
}

/** The team that has nodes of its own, and answers for those of Rocas as docs/federation.md proposes. */
export function serveNotes(): Promise<ForeignServer> {
  const typeOf = (id: string) =>
    id.startsWith("project_")
      ? "Project"
      : id.startsWith("dataset_")
        ? "Dataset"
        : id.startsWith("note_")
          ? "Note"
          : null;
  const node = (id: string) => (typeOf(id) ? { __typename: typeOf(id), id } : null);
  return serve("notes", {
    Query: {
      node: (_root: unknown, { id }: { id: string }) => node(id),
      nodes: (_root: unknown, { ids }: { ids: string[] }) => ids.map(node),
    },
    Note: { text: ({ id }: { id: string }) => `says ${id}` },
  });
}

/** The team that puts labels on records of every type, by their ids. */
export const serveLabels = (): Promise<ForeignServer> =>
  serve("labels", { Node: { labels: ({ id }: { id: string }) => [`label of ${id}`] } });
