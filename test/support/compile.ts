import { execFileSync } from "node:child_process";

/** The store's worker thread and the servers that tests start run from compiled output: vitest cannot load a worker from a .ts file. */
export default function compile(): void {
  execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], {
    stdio: "inherit",
  });
}
