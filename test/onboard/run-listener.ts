import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

export const TOKEN = "a-run-token-of-the-test";

export interface Granted {
  readonly kind: "train" | "deploy";
  readonly notebook: string;
  readonly params?: object;
  readonly timeoutSeconds?: number | null;
  readonly meta?: object;
  readonly datasets?: readonly object[];
  readonly versions?: readonly object[];
  readonly lazy?: boolean;
}

interface ExecutedNotebook {
  readonly cells: { source: string; outputs: object[]; metadata: { tags?: string[] } }[];
  readonly metadata: { widgets?: Record<string, { state: Record<string, { model_name: string }> }> };
}

type Json = Record<string, unknown>;

/** Speaks the protocol of the run listener to real containers, and remembers what they said. */
export class RunListener implements AsyncDisposable {
  readonly claims: Json[] = [];
  readonly heartbeats: Json[] = [];
  readonly completions: Json[] = [];
  readonly publications: Json[] = [];
  readonly uploads = new Map<string, Buffer>();
  readonly files = new Map<string, Buffer>();
  readonly lazy = new Map<string, object>();
  output: ExecutedNotebook | null = null;
  readies = 0;
  /** Nobody answers: connections are cut. */
  isDown = false;
  /** Every answer is 409. */
  isSuperseded = false;
  private readonly chunks = new Map<number, string>();
  private readonly server: Server;

  private constructor(private readonly granted: Granted) {
    this.server = createServer((request, response) => {
      if (this.isDown) request.socket.destroy();
      else
        this.answer(request, response).catch((error: Error) =>
          reply(response, 500, refusal("INTERNAL", error.message)),
        );
    });
  }

  static async open(granted: Granted): Promise<RunListener> {
    const listener = new RunListener(granted);
    await new Promise<void>((resolve) => listener.server.listen(0, "0.0.0.0", resolve));
    return listener;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get log(): string {
    return [...this.chunks]
      .sort(([a], [b]) => a - b)
      .map(([, text]) => text)
      .join("");
  }

  get seqs(): number[] {
    return [...this.chunks.keys()];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    if (request.headers.authorization !== `Bearer ${TOKEN}`)
      return reply(response, 401, refusal("UNAUTHENTICATED", "?"));
    if (this.isSuperseded) return reply(response, 409, refusal("CONFLICT", "This attempt is not granted."));
    const [, path = "", ...parts] = (request.url ?? "").split("/").map(decodeURIComponent);
    if (path === "records" || path === "lazy") return this.give(path, parts, response);
    if (path === "uploads") return this.receive(parts[0] ?? "", body, response);
    if (path === "output") this.output = JSON.parse(body.toString("utf8"));
    const told = path === "output" ? {} : (JSON.parse(body.toString("utf8")) as Json);
    return this.told(path, told, response);
  }

  private told(path: string, body: Json, response: ServerResponse): void {
    if (path === "claim") return this.claim(body, response);
    if (path === "publish") return this.publish(body, response);
    if (path === "heartbeat") this.heartbeats.push(body);
    if (path === "log") this.chunks.set(body["seq"] as number, body["text"] as string);
    if (path === "ready") this.readies += 1;
    if (path === "complete") this.completions.push(body);
    reply(response, 200, path === "heartbeat" ? { continue: true } : {});
  }

  private claim(body: Json, response: ServerResponse): void {
    this.claims.push(body);
    if (this.claims.length > 1) return reply(response, 409, refusal("CONFLICT", "Claimed already."));
    const nothing = { params: {}, timeoutSeconds: null, meta: {}, datasets: [], versions: [], lazy: false };
    reply(response, 200, { job: "job", attempt: 1, slot: 0, ...nothing, ...this.granted });
  }

  private publish(body: Json, response: ServerResponse): void {
    this.publications.push(body);
    const files = body["files"] as { name: string }[];
    const uploads = files.map(({ name }) => ({ name, url: `/uploads/${encodeURIComponent(name)}` }));
    reply(response, 200, { id: "modelversion_1", model: "iris-clf", name: "bright-fox-7", state: "PENDING", uploads });
  }

  private receive(name: string, body: Buffer, response: ServerResponse): void {
    this.uploads.set(name, body);
    const wanted = this.publications.at(-1)?.["files"] as { name: string }[];
    reply(response, 200, { state: wanted.every((file) => this.uploads.has(file.name)) ? "READY" : "PENDING" });
  }

  private give(path: string, parts: string[], response: ServerResponse): void {
    const found = path === "lazy" ? this.lazy.get(parts.join("/")) : this.files.get(`${parts[0]}/${parts[2]}`);
    if (!found) return reply(response, 404, refusal("NOT_FOUND", "There is no such thing."));
    if (!Buffer.isBuffer(found)) return reply(response, 200, found);
    response.writeHead(200, { "content-length": found.length, "x-rocas-sha256": sha256(found) }).end(found);
  }
}

export const sha256 = (content: Buffer) => createHash("sha256").update(content).digest("hex");

/** The claim's entry of a record with one file. */
export const mounted = (id: string, model: string, name: string, file: string, content: string, role?: string) => ({
  id,
  model,
  name,
  folder: `${model}.${name}`,
  compressed: false,
  files: [{ name: file, size: Buffer.byteLength(content), sha256: sha256(Buffer.from(content)) }],
  url: `/records/${id}/files`,
  ...(role && { role }),
});

const refusal = (code: string, message: string) => ({ error: { code, message } });

function reply(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response
    .writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) })
    .end(text);
}
