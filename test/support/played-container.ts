import type { ContainerSpec } from "../../src/runtime/runtime.js";

export interface Reply {
  readonly status: number;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read what they asked for
  readonly body: any;
}

/** Calls the run listener as the entrypoint of the container does. */
export class PlayedContainer {
  private seq = 0;

  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  static of({ env, secretFiles }: ContainerSpec): PlayedContainer {
    return new PlayedContainer(env["ROCAS_RUN_URL"] ?? "", secretFiles["token"] ?? "");
  }

  async send(method: string, path: string, body?: string | Buffer, headers: Record<string, string> = {}) {
    const authorization = `Bearer ${this.token}`;
    return fetch(this.url + path, { method, body, headers: { authorization, ...headers } } as RequestInit);
  }

  async post(path: string, body: unknown = {}): Promise<Reply> {
    const answer = await this.send("POST", path, typeof body === "string" ? body : JSON.stringify(body));
    return { status: answer.status, body: await answer.json() };
  }

  claim = () => this.post("/claim");
  heartbeat = (body: object = {}) => this.post("/heartbeat", body);
  log = (text: string) => this.post("/log", { seq: this.seq++, text });
  complete = (body: object = { ok: true }) => this.post("/complete", body);
}
