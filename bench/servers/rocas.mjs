// Rocas as it ships, with a larger page: node bench/servers/rocas.mjs PORT DATA_FOLDER [MONGODB_URI]
const [port, dataFolder, mongodbUri] = process.argv.slice(2);
Object.assign(process.env, {
  ...{ PORT: port, ROCAS_DATA: dataFolder, ROCAS_RUNTIME: "process" },
  ...(mongodbUri && { MONGODB_URI: mongodbUri, ROCAS_KEY_FILE: "" }),
});
process.argv.length = 2;
await import("../../dist/main.js");
