// graphql-yoga with envelop's graphql-jit: node bench/servers/yoga-jit.mjs PORT DATA_FOLDER [MONGODB_URI]
import { createServer } from "node:http";
import { useGraphQlJit } from "@envelop/graphql-jit";
import { createYoga } from "graphql-yoga";
import { openDatabase, readsOf } from "./reads.mjs";
import { benchSchema, contextOf } from "./schema.mjs";

const [port, ...store] = process.argv.slice(2);
const context = contextOf(readsOf(await openDatabase(store)));
const yoga = createYoga({ schema: benchSchema(), context, plugins: [useGraphQlJit()] });
createServer(yoga).listen(Number(port), "127.0.0.1");
