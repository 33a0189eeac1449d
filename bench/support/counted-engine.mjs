// A Unix socket before the engine's, which counts the requests that pass.
import { createServer, request } from "node:http";

const ENGINE = "/var/run/docker.sock";

/** Opens the socket. `requests()` returns the number so far. */
export async function openCountedEngine(socketPath) {
  let count = 0;
  const server = createServer((asked, answer) => {
    count += 1;
    const { method, url, headers } = asked;
    const passed = request({ socketPath: ENGINE, method, path: url, headers }, (got) => {
      answer.writeHead(got.statusCode, got.headers);
      // A stream without content yet has its head at once.
      answer.flushHeaders();
      got.pipe(answer);
    });
    passed.on("error", () => answer.destroy());
    answer.on("close", () => passed.destroy());
    asked.pipe(passed);
  });
  server.requestTimeout = 0;
  await new Promise((resolve) => server.listen(socketPath, resolve));
  return {
    requests: () => count,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}
