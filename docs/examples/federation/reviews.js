import { readFile } from "node:fs/promises";
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import { buildSubgraphSchema } from "@apollo/subgraph";
import { parse } from "graphql";

const reviews = [
  { text: "Tells two of three irises apart.", project: { name: "botany" } },
  { text: "The petals were measured twice.", dataset: { model: { name: "iris" }, name: "meadow" } },
  { text: "Nobody found this one again.", project: { name: "gone" } },
];

const resolvers = {
  Query: { reviews: () => reviews },
  Mutation: {
    reviewProject(_, { name, text }) {
      const review = { text, project: { name } };
      reviews.push(review);
      return review;
    },
  },
  // What the gateway hands over is the key; it is all that is needed to find the reviews of the record.
  Project: { reviews: ({ name }) => reviews.filter(({ project }) => project?.name === name) },
  Dataset: {
    reviews: ({ model, name }) =>
      reviews.filter(({ dataset }) => dataset?.name === name && dataset.model.name === model.name),
  },
};

const typeDefs = parse(await readFile("reviews.graphql", "utf8"));
const server = new ApolloServer({ schema: buildSubgraphSchema([{ typeDefs, resolvers }]) });
await startStandaloneServer(server, { listen: { host: "127.0.0.1", port: 4001 } });
console.log("The reviews listen on http://127.0.0.1:4001");
