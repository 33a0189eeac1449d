import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** The service of a replica: a health check, and predictions that name who answered. */
export async function servedReplica(name: string) {
  let healthy = true;
  const server = createServer((request, response) => {
    request.resume();
    if (request.url === "/health") response.writeHead(healthy ? 200 : 503).end();
    else response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ by: name }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    sicken: () => (healthy = false),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
