import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join, relative } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { HttpError } from "./http-error.js";

/** The path is right from `src` and from `dist`. */
const BUNDLE = fileURLToPath(new URL("../../dist/graphiql/", import.meta.url));
export const ASSETS = "/graphiql/";
const PAGE = "index.html";
const ICON = /^assets\/icon-[^/]*\.svg$/;

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".ttf": "font/ttf",
  ".woff2": "font/woff2",
};

/**
 * Returns the content security policy. The editor sets inline styles; all scripts, workers and connections are this
 * server's.
 * @param host the host of the request: some browsers refuse a WebSocket to `'self'`
 */
const policyFor = (host = ""): string =>
  `default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; connect-src 'self' ws://${host} wss://${host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** The runtime that the first tab names. */
export type RunsIn = "docker" | "process";

/** Serves the bundle of `npm run build`: only files that were listed at the start. */
export class GraphiqlPage {
  private constructor(
    private readonly files: ReadonlySet<string>,
    private readonly page: Buffer,
  ) {}

  static async open(runsIn: RunsIn): Promise<GraphiqlPage> {
    const entries = await readdir(BUNDLE, { recursive: true, withFileTypes: true }).catch(() => []);
    const files = entries.filter((each) => each.isFile()).map(({ parentPath, name }) => join(parentPath, name));
    const names = new Set(files.map((each) => relative(BUNDLE, each).replaceAll("\\", "/")));
    const page = names.has(PAGE) ? await readFile(join(BUNDLE, PAGE), "utf8") : "";
    return new GraphiqlPage(names, Buffer.from(page.replace("<html ", `<html data-runs-in="${runsIn}" `)));
  }

  async sendPage(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.files.has(PAGE))
      throw new HttpError(404, "NOT_FOUND", "GraphiQL has not been built: `npm run build` does it.");
    response.writeHead(200, headersOf(PAGE, this.page.length, "no-cache", request));
    response.end(request.method === "HEAD" ? undefined : this.page);
  }

  async sendAsset(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const name = path.slice(ASSETS.length);
    if (!this.files.has(name) || !(extname(name) in TYPES))
      throw new HttpError(404, "NOT_FOUND", "There is nothing here.");
    // All names but that of the page hold a hash of the content.
    await this.send(name, name === PAGE ? "no-cache" : "public, max-age=31536000, immutable", request, response);
  }

  /** Sends the icon for pages that name none, as a JSON answer in a tab. */
  async sendIcon(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const name = [...this.files].find((each) => ICON.test(each));
    if (!name) throw new HttpError(404, "NOT_FOUND", "There is nothing here.");
    await this.send(name, "public, max-age=86400", request, response);
  }

  private async send(name: string, caching: string, request: IncomingMessage, response: ServerResponse) {
    const file = join(BUNDLE, name);
    const { size } = await stat(file);
    response.writeHead(200, headersOf(name, size, caching, request));
    if (request.method === "HEAD") response.end();
    else await pipeline(createReadStream(file), response);
  }
}

const headersOf = (name: string, size: number, caching: string, request: IncomingMessage) => ({
  "content-type": TYPES[extname(name)]!,
  "content-length": String(size),
  // The host has passed its check.
  "content-security-policy": policyFor(request.headers.host),
  "cache-control": caching,
});
