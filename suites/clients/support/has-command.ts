import { spawnSync } from "node:child_process";

/** Whether a program is there and runs. */
export const has = (command: string, ...words: string[]): boolean =>
  spawnSync(command, words.length > 0 ? words : ["--version"], { stdio: "ignore" }).status === 0;
