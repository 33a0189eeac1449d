// A process that can be killed: it runs the container that its command line tells as JSON, says so, and stays.
import { ProcessRuntime } from "../../dist/runtime/process/process-runtime.js";

const { root, container, image } = JSON.parse(process.argv[2]);
await new ProcessRuntime({ root, python: async () => "3", imageOf: async () => image }).run(container);
process.stdout.write("running\n");
setInterval(() => {}, 1_000);
