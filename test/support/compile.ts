import { execFileSync } from "node:child_process";

/**
 * The store's worker thread and the servers that tests start run from compiled output: vitest cannot load a worker from
 * a .ts file. Types are judged by `npm run check`.
 */
export default function compile(): void {
  const tsc = ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json", "--noCheck"];
  execFileSync(process.execPath, tsc, { stdio: "inherit" });
}
