import { once } from "node:events";
import { type ClientOptions, WebSocket } from "ws";
import { PROTOCOL } from "./open-live.js";

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- messages are looked into as a client does
type Message = any;

/** A WebSocket that says what it is told to, and keeps what it hears. */
export class RawSocket {
  readonly messages: Message[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;

  private constructor(readonly socket: WebSocket) {
    socket.on("message", (content: Buffer) => this.messages.push(JSON.parse(content.toString())));
    socket.on("error", () => undefined);
    this.closed = new Promise((resolve) =>
      socket.once("close", (code, reason) => resolve({ code, reason: reason.toString() })),
    );
  }

  static async open(url: string, options: ClientOptions = {}, protocol = PROTOCOL): Promise<RawSocket> {
    const raw = new RawSocket(new WebSocket(url, protocol, options));
    await once(raw.socket, "open");
    return raw;
  }

  /** With its introduction made. */
  static async begin(url: string, payload?: object): Promise<RawSocket> {
    const raw = await RawSocket.open(url);
    raw.say({ type: "connection_init", payload });
    await raw.hears("connection_ack");
    return raw;
  }

  say(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  subscribe(id: string, query: string, variables?: object): void {
    this.say({ id, type: "subscribe", payload: { query, variables } });
  }

  of(type: string, id?: string): Message[] {
    return this.messages.filter((each) => each.type === type && (id === undefined || each.id === id));
  }

  async hears(type: string, id?: string): Promise<Message> {
    while (this.of(type, id).length === 0) {
      if (this.socket.readyState >= WebSocket.CLOSING) throw new Error(`closed before ${type} came`);
      await Promise.race([once(this.socket, "message"), this.closed]);
    }
    return this.of(type, id)[0];
  }
}

/** How the server answers an upgrade that it refuses. */
export function refusedUpgrade(url: string, options: ClientOptions = {}) {
  const socket = new WebSocket(url, PROTOCOL, options);
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are looked into as a client does
  return new Promise<{ status: number; headers: Record<string, unknown>; body: any }>((resolve, reject) => {
    socket.on("open", () => reject(new Error("The upgrade was not refused.")));
    socket.on("error", () => undefined);
    socket.on("unexpected-response", (_request, response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: JSON.parse(text) }),
      );
    });
  });
}
