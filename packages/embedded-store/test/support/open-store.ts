import { startEmbeddedStore } from "@rocas/embedded-store";
import { mongo } from "mongoose";

export interface OpenStore extends AsyncDisposable {
  readonly client: mongo.MongoClient;
  readonly db: mongo.Db;
}

/** The store in a data folder, as its users open it, with the driver connected to it. */
export async function openStore(dataFolder: string): Promise<OpenStore> {
  const store = await startEmbeddedStore(dataFolder, (message) => process.emitWarning(message, "EmbeddedStoreFault"));
  const client = await new mongo.MongoClient(`${store.uri}/?directConnection=true`).connect();
  return {
    client,
    db: client.db("things"),
    async [Symbol.asyncDispose]() {
      await client.close();
      await store.close();
    },
  };
}
