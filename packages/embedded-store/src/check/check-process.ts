import { checkStore } from "./check-store.js";

// A process of its own, since reading a damaged file may end it: `check-process.js FOLDER WHOLE|ENDS` prints a report.
const [, , folder = "", how] = process.argv;
try {
  const report = await checkStore(folder, how === "WHOLE" ? "WHOLE" : "ENDS");
  process.stdout.write(JSON.stringify(report));
} catch (error) {
  process.stdout.write(JSON.stringify({ collections: 0, documents: 0, damage: [(error as Error).message] }));
}
