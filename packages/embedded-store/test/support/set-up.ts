import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/** The store's worker and its processes run from compiled output. Types are judged elsewhere. */
export default function compile(): void {
  const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const project = fileURLToPath(new URL("../../tsconfig.build.json", import.meta.url));
  execFileSync(process.execPath, [tsc, "-b", project, "--noCheck"], { stdio: "inherit" });
}
