// Apollo Server with its defaults: node bench/servers/apollo.mjs PORT DATA_FOLDER [MONGODB_URI]
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import { openDatabase, readsOf } from "./reads.mjs";
import { benchSchema, contextOf } from "./schema.mjs";

const [port, ...store] = process.argv.slice(2);
const loaders = contextOf(readsOf(await openDatabase(store)));
const server = new ApolloServer({ schema: benchSchema() });
await startStandaloneServer(server, {
  listen: { port: Number(port), host: "127.0.0.1" },
  context: async () => loaders(),
});
