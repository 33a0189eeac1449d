// `npm run build`: compiles the server and the packages, and bundles GraphiQL. `npm start` skips it until a source changes.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { noteBuild, sourceDigest } from "./build-stamp.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const STEPS = ["node_modules/typescript/bin/tsc -b tsconfig.build.json", "src/build-graphiql.mjs"];

// Taken before: a source that changes meanwhile is built by the next start.
const sources = sourceDigest();
for (const step of STEPS) {
  const { status } = spawnSync(process.execPath, step.split(" "), { cwd: ROOT, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
noteBuild(sources);
