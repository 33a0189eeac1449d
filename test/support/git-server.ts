import { execFileSync, spawn } from "node:child_process";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

export interface GitServer extends AsyncDisposable {
  /** http://127.0.0.1:PORT */
  readonly origin: string;
  /** Headers of every request that came. */
  readonly requests: IncomingMessage[];
  /** Objects of Git LFS by their hash, which every repository gives. */
  readonly large: Map<string, string>;
}

/** Serves the repositories below a folder by git's own program; with a user, to that user alone. */
export async function openGitServer(folder: string, user?: { username: string; password: string }): Promise<GitServer> {
  const requests: IncomingMessage[] = [];
  const large = new Map<string, string>();
  const wanted = user && `Basic ${Buffer.from(`${user.username}:${user.password}`).toString("base64")}`;
  const server = createServer((request, response) => {
    requests.push(request);
    if (wanted && request.headers.authorization !== wanted)
      response.writeHead(401, { "www-authenticate": 'Basic realm="test"' }).end();
    else if (request.url!.endsWith("/info/lfs/objects/batch")) void answerBatch(large, request, response);
    else if (request.url!.startsWith("/large/")) response.end(large.get(request.url!.slice("/large/".length)));
    else answer(folder, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    large,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answerBatch(large: Map<string, string>, request: IncomingMessage, response: ServerResponse) {
  const { objects } = (await json(request)) as { objects: { oid: string; size: number }[] };
  const href = `http://${request.headers.host}/large/`;
  const header = request.headers.authorization ? { authorization: request.headers.authorization } : {};
  const answered = objects.map(({ oid, size }) =>
    large.has(oid)
      ? { oid, size, actions: { download: { href: href + oid, header } } }
      : { oid, size, error: { code: 404, message: "Object does not exist" } },
  );
  response.setHeader("content-type", "application/vnd.git-lfs+json");
  response.end(JSON.stringify({ transfer: "basic", objects: answered }));
}

// The CGI program answers with a head of its own before the body.
function answer(folder: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url!, "http://here");
  const backend = spawn("git", ["-c", "safe.directory=*", "http-backend"], {
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: "1",
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
      PATH_INFO: pathname,
      QUERY_STRING: searchParams.toString(),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  backend.stdin.on("error", () => {});
  request.pipe(backend.stdin);
  const pieces: Buffer[] = [];
  backend.stdout.on("data", (piece: Buffer) => pieces.push(piece));
  backend.once("close", () => {
    const whole = Buffer.concat(pieces);
    const end = whole.indexOf("\r\n\r\n");
    const lines = whole.subarray(0, end).toString().split("\r\n");
    const headers = Object.fromEntries(lines.map((line) => line.split(": ") as [string, string]));
    const { Status: status = "200", ...others } = headers;
    response.writeHead(Number.parseInt(status, 10), others).end(whole.subarray(end + 4));
  });
}

const SOMEBODY = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"];

/** Runs git in a folder as somebody without settings; the last word may be its input. */
export function gitIn(folder: string, ...words: (string | { input: string })[]): string {
  const last = words.at(-1);
  const input = typeof last === "object" ? last.input : "";
  const given = words.filter((word) => typeof word === "string");
  return execFileSync("git", [...SOMEBODY, ...given], {
    cwd: folder,
    encoding: "utf8",
    env: { PATH: process.env.PATH, HOME: folder, GIT_CONFIG_NOSYSTEM: "1" },
    input,
    stdio: ["pipe", "pipe", "pipe"],
  }).trim();
}
