import { writeFile } from "node:fs/promises";
import { rocasSchema } from "./schema.js";

/** Prints the schema from the code into `schema.graphql`: `npm run schema`. */
const { sdl } = await rocasSchema();
await writeFile(new URL("../schema.graphql", import.meta.url), sdl);
