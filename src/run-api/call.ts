import type { IncomingMessage } from "node:http";
import type { App } from "../app.js";
import type { SentFile } from "../http/send-file.js";
import { MINUTE_MS } from "../units.js";
import type { Attempt } from "./attempt.js";

/** A large body takes long, but an idle connection is closed. */
export const IDLE_MS = 2 * MINUTE_MS;

/** A request of a container. */
export interface ContainerCall {
  readonly app: App;
  readonly attempt: Attempt;
  readonly request: IncomingMessage;
  /** The decoded parts of the path at the stars. */
  readonly parts: readonly string[];
}

/** An answer with a file. */
export class FileAnswer {
  constructor(readonly file: SentFile) {}
}

/** An answer without a body. */
export class HeaderAnswer {
  constructor(readonly headers: Readonly<Record<string, string>>) {}
}

/** Returns JSON, headers or a file. Its errors become answers. */
export type Endpoint = (call: ContainerCall) => Promise<object>;
