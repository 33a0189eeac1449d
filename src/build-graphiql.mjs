// Bundles the page of GraphiQL, unless the bundle is of the page and the packages as they are.
import { fileURLToPath } from "node:url";
import { digestOf, filesIn, isStamped, writeStamp } from "./build-stamp.mjs";

const SOURCES = "src/http/graphiql";
const STAMP = "dist/graphiql/.made-of";

async function bundle() {
  // Loaded only if there is something to do: Vite takes longer to load than everything else here.
  const { build } = await import("vite");
  await build({
    configFile: false,
    root: fileURLToPath(new URL("http/graphiql", import.meta.url)),
    base: "/graphiql/",
    logLevel: "error",
    // Workers of GraphiQL's editor import from each other, which the default format cannot.
    worker: { format: "es" },
    build: {
      outDir: fileURLToPath(new URL("../dist/graphiql", import.meta.url)),
      emptyOutDir: true,
      target: "es2022",
      chunkSizeWarningLimit: 10_000,
      modulePreload: { polyfill: false },
    },
  });
}

const digest = digestOf(["package-lock.json", ...filesIn(SOURCES)]);
if (!isStamped(STAMP, digest)) {
  process.stderr.write("Bundling GraphiQL. It takes some seconds, and only when the page or a package has changed.\n");
  await bundle();
  writeStamp(STAMP, digest);
}
