import { join } from "node:path";
import { OperatorError } from "./errors.js";
import { type CheckedFiles, checkFiles, type FileFault } from "./files/check-files.js";
import type { FilePlace } from "./files/file-documents.js";
import { openConnection } from "./open-connection.js";
import { openFiles } from "./open-files.js";
import { openStore } from "./open-store.js";
import { readSettings } from "./settings.js";
import type { FileStorage } from "./storage/file-storage.js";
import { StoreRefused } from "./store/store-errors.js";
import type { Store } from "./store/store.js";

const HASHES = "--hashes";
const FAULTS = 1;
const NOT_CHECKED = 2;

/** `npm run files:check`: compares the records with the storage of their files, and removes nothing. */
async function main(args: readonly string[]): Promise<number> {
  const others = args.filter((each) => each !== HASHES);
  if (others.length > 0)
    throw new OperatorError(
      `The check takes no argument but ${HASHES}: ${others.map((each) => JSON.stringify(each)).join(", ")}.`,
    );
  const settings = readSettings(process.env);
  const data = settings.ROCAS_DATA;
  await using opened = await openConnection({ mongodbUri: settings.MONGODB_URI, dataFolder: data });
  const store = await openStore(opened.connection, () => opened.serverTime(), settings.ROCAS_DETAILS_INDEXES);
  const cluster = await store.installation.findOne({ _id: "cluster" });
  if (!cluster) throw new StoreRefused(`There are no records in ${opened.location}: no server has started on it yet.`);
  const places = await openFiles(settings, String(cluster.value), store, opened.connection, { removesNothing: true });
  const name = settings.ROCAS_FILES || join(data, "files");
  const hashes = args.includes(HASHES);
  const faults = [
    await check(store, "files", places.files, { name, hashes }),
    await check(store, "lightweight", places.lightweightFiles, { name: "the store itself", hashes }),
  ];
  return faults.some((each) => each > 0) ? FAULTS : 0;
}

/** Checks one storage and tells what it finds. Returns the number of faults. */
async function check(
  store: Store,
  place: FilePlace,
  storage: FileStorage,
  { name, hashes }: { readonly name: string; readonly hashes: boolean },
): Promise<number> {
  const checked: CheckedFiles = { files: 0, bytes: 0, released: 0 };
  let faults = 0;
  for await (const fault of checkFiles(store, place, storage, { hashes, checked })) {
    faults += 1;
    process.stdout.write(`${sentenceOf(fault)}\n`);
  }
  const released = checked.released > 0 ? `, ${checked.released} of them released` : "";
  process.stdout.write(
    `${name}: ${checked.files} files with ${checked.bytes} bytes${released}; ${faults === 0 ? "no fault" : `faults: ${faults}`}.\n`,
  );
  return faults;
}

function sentenceOf({ is, sha256, size, record }: FileFault): string {
  if (is === "missing") return `${sha256} is missing: ${record} needs it (${size} bytes).`;
  if (is === "wrong size") return `${sha256} has ${size} bytes, and ${record} has recorded others.`;
  if (is === "damaged") return `${sha256} is damaged: its content has another SHA-256. ${record} needs it.`;
  return `${sha256} belongs to no record (${size} bytes).`;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof OperatorError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = NOT_CHECKED;
}
