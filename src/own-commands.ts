import { existsSync } from "node:fs";

/** The commands that a person may be told to use. */
interface OwnCommands {
  readonly start: string;
  readonly help: string;
  readonly checkStore: string;
}

const OF_CHECKOUT = { start: "npm start", help: "npm start -- --help", checkStore: "npm run store:check" };
const OF_PACKAGE = { start: "rocas start", help: "rocas start --help", checkStore: "rocas check-store" };

/** True in a checkout; the npm package and the image have no program that compiles. */
export const isCheckout = (): boolean => existsSync(new URL("../src/start.mjs", import.meta.url));

export const ownCommands = (): OwnCommands => (isCheckout() ? OF_CHECKOUT : OF_PACKAGE);
