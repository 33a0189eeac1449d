import type { IncomingMessage } from "node:http";
import type { App } from "../app.js";
import type { SentFile } from "../http/send-file.js";
import type { Attempt } from "./attempt.js";

/** A body may take long (large files), but a connection on which nothing moves is given up. */
export const IDLE_MS = 120_000;

/** One request of a container. */
export interface Call {
  readonly app: App;
  readonly attempt: Attempt;
  readonly request: IncomingMessage;
  /** The texts of the path between its fixed parts, decoded. */
  readonly parts: readonly string[];
}

/** A file on its way to a container. */
export class FileAnswer {
  constructor(readonly file: SentFile) {}
}

/** An answer without a body. */
export class HeaderAnswer {
  constructor(readonly headers: Readonly<Record<string, string>>) {}
}

/** Answers with JSON, headers alone or a file; what it throws becomes the error. */
export type Endpoint = (call: Call) => Promise<object>;
