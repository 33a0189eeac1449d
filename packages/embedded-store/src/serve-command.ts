import { openEmbeddedStore } from "./open-embedded-store.js";

/**
 * `serve-command.js DATA_FOLDER`: serves the store of a folder by itself, for a look at it with any client of MongoDB.
 * Prints the address; a signal ends it.
 */
const [, , dataFolder = "."] = process.argv;
try {
  const store = await openEmbeddedStore(dataFolder, (error) => console.error(error));
  process.stdout.write(`${store.uri}/?directConnection=true\n`);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void store.close());
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
