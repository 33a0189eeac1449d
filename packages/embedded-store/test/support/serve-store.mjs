// A process that can be killed: it serves the folder named on its command line and says where.
import { openEmbeddedStore } from "../../dist/open-embedded-store.js";

const [, , dataFolder, clockAhead = "0"] = process.argv;
const now = Date.now;
Date.now = () => now() + Number(clockAhead);

const began = performance.now();
const { uri } = await openEmbeddedStore(dataFolder, (error) => console.error(error));
process.stdout.write(`${JSON.stringify({ uri, openedIn: performance.now() - began })}\n`);
