// The floor without projections: it reads whole documents.
import { startFloor } from "./floor.mjs";

await startFloor(process.argv.slice(2), { projected: false });
