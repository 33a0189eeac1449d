import { Disposables } from "../../src/disposables.js";
import { announced } from "./exchange.js";
import { openTestApp } from "./open-test-app.js";
import { serveApp } from "./serve-app.js";

const CREATE = /* GraphQL */ `
  mutation Create($input: CreateDatasetInput!) {
    createDataset(input: $input) {
      id
      uploads {
        name
        url
      }
    }
  }
`;
const READ = /* GraphQL */ `
  query Read($id: ID!, $name: String) {
    node(id: $id) {
      ... on Dataset {
        state
        download(name: $name)
      }
    }
  }
`;

/** The server that people start, with a dataset whose files have been announced. */
export async function servedFiles(contents: Readonly<Record<string, Buffer>>, how: object = {}, environment = {}) {
  const stack = new Disposables();
  const app = stack.use(await openTestApp(environment));
  const server = stack.use(await serveApp(app));
  const { name: model } = await app.seed.model();
  const files = Object.entries(contents).map(([name, content]) => announced(name, content));
  const { data } = await app.execute(CREATE, { input: { model, files, ...how } });
  const { id, uploads } = data.createDataset;
  const read = async (name?: string) => (await app.execute(READ, { id, name })).data.node;
  const send = (path: string, method: string, body: Buffer | null, headers: Record<string, string> = {}) =>
    fetch(server.url + path, { method, headers, ...(body ? { body: new Uint8Array(body) } : {}) });
  return {
    app,
    id,
    port: Number(new URL(server.url).port),
    uploads: uploads.map(({ url }: { url: string }) => url) as string[],
    state: async () => (await read()).state,
    send,
    put: (path: string, body: Buffer) => send(path, "PUT", body),
    patch: (path: string, offset: number, body: Buffer, headers: Record<string, string> = {}) =>
      send(path, "PATCH", body, {
        "tus-resumable": "1.0.0",
        "upload-offset": String(offset),
        "content-type": "application/offset+octet-stream",
        ...headers,
      }),
    offset: async (path: string) => (await send(path, "HEAD", null)).headers.get("upload-offset"),
    download: async (name?: string) => (await read(name)).download as string,
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  };
}
