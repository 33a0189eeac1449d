import { ulid } from "ulid";
import { startServerProcess } from "../../../test/support/server-process.js";
import { openTempFolder } from "../../../test/support/temp-folder.js";

export interface Rocas extends AsyncDisposable {
  /** http://127.0.0.1:PORT */
  readonly url: string;
  /** Runs a document and gives its data. @throws where it has errors */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read what they asked for
  execute(query: string, variables?: object): Promise<any>;
}

/** A server as people start it, on a store of its own. It has no engine: what clients try needs none. */
export async function openRocas(token = "none"): Promise<Rocas> {
  const folder = await openTempFolder();
  const server = await startServerProcess({
    MONGODB_URI: databaseOfItsOwn(process.env["MONGODB_URI"]),
    ROCAS_DATA: folder.path,
    ROCAS_TOKEN: token,
    ROCAS_RUNTIME: "docker",
    DOCKER_HOST: `unix://${folder.path}/none.sock`,
  });
  return {
    url: server.url,
    execute: server.execute,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Its name is one that the tests' set-up drops in the end. */
function databaseOfItsOwn(uri: string | undefined): string {
  if (!uri) return "";
  const address = new URL(uri);
  address.pathname = `/rocas_test_${ulid().toLowerCase()}`;
  return address.href;
}
