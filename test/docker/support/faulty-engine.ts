import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { join } from "node:path";
import { engineAddress } from "../../../src/runtime/docker/engine-address.js";
import { openDocker } from "../../../src/runtime/docker/open-docker.js";
import type { DockerEngine } from "../../../src/runtime/docker/docker-engine.js";
import { openTempFolder } from "../../support/temp-folder.js";

/** What goes wrong with one request; null: nothing. */
export type Fault =
  /** The engine never hears of it. */
  | { readonly status: number; readonly body?: string; readonly type?: string }
  /** The engine carries it out, and the connection breaks before its answer. */
  | "LOSE"
  /** The engine carries it out, and half of its answer comes. */
  | "CUT"
  /** The engine carries it out; of its answer the status comes, and this body. */
  | { readonly instead: string };

export interface FaultyEngine extends AsyncDisposable {
  readonly docker: DockerEngine;
  /** Method and path of each request, in order. */
  readonly requests: readonly string[];
  fault: (request: string) => Fault | null;
}

const real = engineAddress(process.env["DOCKER_HOST"] ?? "");

/** A proxy before the real engine that spoils what a test says. */
export async function openFaultyEngine(): Promise<FaultyEngine> {
  const folder = await openTempFolder();
  const path = join(folder.path, "engine.sock");
  const requests: string[] = [];
  const server = createServer((asked, answer) => {
    const line = `${asked.method} ${asked.url}`;
    requests.push(line);
    relay(asked, answer, engine.fault(line));
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const engine: FaultyEngine = {
    docker: openDocker(`unix://${path}`),
    requests,
    fault: () => null,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await folder[Symbol.asyncDispose]();
    },
  };
  return engine;
}

function relay(asked: IncomingMessage, answer: ServerResponse, fault: Fault | null): void {
  if (fault && typeof fault === "object" && "status" in fault) {
    asked.resume();
    answer.writeHead(fault.status, { "content-type": fault.type ?? "application/json" }).end(fault.body ?? "");
    return;
  }
  const { method, url: path, headers } = asked;
  const forwarded = request({ ...real, method, path, headers }, (given) => spoil(given, answer, fault));
  forwarded.on("error", () => answer.destroy());
  asked.pipe(forwarded);
}

function spoil(given: IncomingMessage, answer: ServerResponse, fault: Fault | null): void {
  if (fault === null) return void given.pipe(answer.writeHead(given.statusCode!, given.headers));
  const pieces: Buffer[] = [];
  given.on("data", (piece: Buffer) => pieces.push(piece));
  given.on("end", () => {
    if (fault === "LOSE") return answer.destroy();
    const whole = Buffer.concat(pieces);
    if (fault === "CUT") {
      answer.writeHead(given.statusCode!, { "content-length": whole.length + 1 }).write(whole);
      return setTimeout(() => answer.destroy(), 20);
    }
    const body = (fault as { instead: string }).instead;
    return answer.writeHead(given.statusCode === 204 ? 200 : given.statusCode!).end(body);
  });
}
