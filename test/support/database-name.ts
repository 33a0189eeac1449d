import { randomBytes } from "node:crypto";
import { decodeTime, ulid } from "ulid";

const NAME = /^rocas_test_(?<run>[0-9a-z]{26})_/;
const DAY_MS = 86_400_000;

/** Begins a run of the tests, for this process and those that it starts. */
export const beginRun = (): void => void (process.env["ROCAS_TEST_RUN"] = ulid().toLowerCase());

const thisRun = (): string => (process.env["ROCAS_TEST_RUN"] ??= ulid().toLowerCase());

/** Of 46 characters: a MongoDB takes 63. */
export const newDatabaseName = (): string => `rocas_test_${thisRun()}_${randomBytes(4).toString("hex")}`;

/** Whether a database is of this run, or of one that began so long ago that it has been cut off. */
export function isOver(database: string): boolean {
  const run = NAME.exec(database)?.groups!["run"];
  return run !== undefined && (run === thisRun() || decodeTime(run.toUpperCase()) < Date.now() - DAY_MS);
}
