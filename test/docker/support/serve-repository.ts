import { execFileSync, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { User } from "./registry.js";

export interface ServedRepository extends AsyncDisposable {
  readonly url: string;
  readonly origin: string;
  /** Commits these files and gives the commit. */
  commit(files: Readonly<Record<string, string>>): Promise<string>;
}

/** A git repository over HTTP on loopback; with a user, only that user may come in. */
export async function serveRepository(user?: User): Promise<ServedRepository> {
  const folder = await mkdtemp(join(tmpdir(), "rocas-repository-"));
  const git = (...words: string[]) =>
    execFileSync("git", ["-C", folder, "-c", "user.name=t", "-c", "user.email=t@example.org", ...words], {
      encoding: "utf8",
    }).trim();
  git("init", "--quiet", "--initial-branch=main");
  const wanted = user && `Basic ${Buffer.from(`${user.username}:${user.password}`).toString("base64")}`;
  const server = createServer((request, response) => {
    if (wanted && request.headers.authorization !== wanted)
      return void response.writeHead(401, { "www-authenticate": 'Basic realm="git"' }).end();
    backend(folder, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    url: `${origin}/.git`,
    async commit(files) {
      for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
      git("add", ".");
      git("commit", "--quiet", "-m", "files");
      return git("rev-parse", "HEAD");
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function backend(folder: string, request: IncomingMessage, response: ServerResponse): void {
  const [path = "", query = ""] = (request.url ?? "").split("?");
  const cgi = spawn("git", ["http-backend"], {
    env: {
      ...process.env,
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: path,
      QUERY_STRING: query,
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
    },
  });
  request.pipe(cgi.stdin);
  const pieces: Buffer[] = [];
  cgi.stdout.on("data", (piece: Buffer) => pieces.push(piece));
  cgi.on("close", () => {
    const answer = Buffer.concat(pieces);
    const end = answer.indexOf("\r\n\r\n");
    const headers = Object.fromEntries(
      answer
        .subarray(0, end)
        .toString()
        .split("\r\n")
        .map((line) => line.split(/: (.*)/, 2) as [string, string]),
    );
    const { Status: status, ...rest } = headers;
    response.writeHead(Number.parseInt(status ?? "200"), rest).end(answer.subarray(end + 4));
  });
}
