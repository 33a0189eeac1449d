// mercurius with its jit, on fastify: node bench/servers/mercurius-jit.mjs PORT DATA_FOLDER [MONGODB_URI]
import fastify from "fastify";
import mercurius from "mercurius";
import { openDatabase, readsOf } from "./reads.mjs";
import { benchSchema, contextOf } from "./schema.mjs";

const [port, ...store] = process.argv.slice(2);
const context = contextOf(readsOf(await openDatabase(store)));
const app = fastify();
await app.register(mercurius, { schema: benchSchema(), context, jit: 1 });
await app.listen({ port: Number(port), host: "127.0.0.1" });
