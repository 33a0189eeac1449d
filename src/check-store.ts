import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { OperatorError } from "./errors.js";
import { readSettings } from "./settings.js";

/** `npm run store:check`: has the embedded store of the data folder read as a whole, by the store's own program. */
function main(): number {
  const { ROCAS_DATA } = readSettings(process.env);
  const program = fileURLToPath(import.meta.resolve("#embedded-store/check"));
  const { status, signal, error } = spawnSync(process.execPath, [program, ROCAS_DATA], { stdio: "inherit" });
  if (error) throw error;
  if (signal) process.stderr.write(`The check was ended by ${signal}.\n`);
  return status ?? 1;
}

try {
  process.exitCode = main();
} catch (error) {
  if (!(error instanceof OperatorError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
