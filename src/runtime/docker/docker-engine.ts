import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import type Docker from "dockerode";
import type { Credentials } from "../image-builder.js";
import type {
  InspectedImage,
  Labels,
  ListedContainer,
  SeenContainer,
  SeenNetwork,
  SeenVolume,
} from "./engine-answers.js";
import { EngineRefusal, hasStatus, isAway, noAnswer, unavailable } from "./engine-errors.js";

interface Call {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Parts of the path; each is escaped. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly tar?: Readable | Buffer;
  readonly auth?: Credentials & { readonly registry: string };
  readonly signal?: AbortSignal;
  /** Milliseconds, if it may take longer than other calls. */
  readonly timeout?: number;
  /** The engine passes a registry's failure on as its own: what it says then is a refusal, whatever the status. */
  readonly isOfRegistry?: boolean;
}

const CALL_TIMEOUT = 30_000;
/** It walks every volume of the engine. */
const MEASURING_TIMEOUT = 10 * 60_000;
const LONGEST_MESSAGE = 4_000;
const LONGEST_ANSWER = 256 * 1024 * 1024;
const GOOD = new Set([200, 201, 204, 304]);
// Which statuses are good is decided here.
const ANY_STATUS = Object.fromEntries(Array.from({ length: 500 }, (_, number) => [100 + number, true]));

/**
 * The only module that talks to the engine, and all that it may be asked: no exec, no plugin, no swarm. dockerode puts
 * names into paths as they are, so that a name could address another part of the engine or another host; here they are
 * escaped, and no answer redirects us.
 * Every method throws RUNTIME_UNAVAILABLE if the engine does not answer, or answers with a status by which it is in
 * trouble itself, and EngineRefusal if it says no.
 */
export class DockerEngine {
  constructor(private readonly modem: Docker["modem"]) {}

  version(): Promise<{ readonly Version: string; readonly Os: string; readonly Arch: string }> {
    return this.ask({ method: "GET", path: ["version"] });
  }

  /** Those whose name holds the text. */
  networks(name: string): Promise<readonly SeenNetwork[]> {
    return this.list({ method: "GET", path: ["networks"], query: filters({ name: [name] }) });
  }

  /** Null if the engine made it without a word. */
  async createNetwork(body: object): Promise<{ readonly Id: string } | null> {
    return (await this.answered<{ Id: string }>({ method: "POST", path: ["networks", "create"], body })) ?? null;
  }

  async removeNetwork(id: string): Promise<void> {
    await orNull(this.tell({ method: "DELETE", path: ["networks", id] }));
  }

  /** Leaves the one that has the name as it is, if there is one. */
  async createVolume(name: string, labels: Labels): Promise<void> {
    const body = { Name: name, Driver: "local", Labels: labels };
    await this.tell({ method: "POST", path: ["volumes", "create"], body });
  }

  volume(name: string): Promise<SeenVolume | null> {
    return orNull(this.ask({ method: "GET", path: ["volumes", name] }));
  }

  async removeVolume(name: string): Promise<void> {
    await orNull(this.tell({ method: "DELETE", path: ["volumes", name] }));
  }

  /** Without their sizes. */
  async volumes(filter: Readonly<Record<string, readonly string[]>>): Promise<readonly SeenVolume[]> {
    const answer = await this.answered<{ Volumes?: SeenVolume[] | null }>({
      method: "GET",
      path: ["volumes"],
      query: filters(filter),
    });
    return listed(answer && answer.Volumes);
  }

  /** With the size of each volume, which the engine measures at every call. It refuses (500) while it measures for anybody. */
  async diskUsage(): Promise<readonly SeenVolume[]> {
    // Before API 1.42 (Docker 23) the engine measures images and containers too; later ones measure what they are asked for.
    const usage = await this.ask<{ Volumes: SeenVolume[] | null }>({
      method: "GET",
      path: ["system", "df"],
      query: { type: "volume" },
      timeout: MEASURING_TIMEOUT,
    });
    return usage.Volumes ?? [];
  }

  async createContainer(name: string, body: object): Promise<void> {
    await this.tell({ method: "POST", path: ["containers", "create"], query: { name }, body });
  }

  container(name: string): Promise<SeenContainer | null> {
    return orNull(this.ask({ method: "GET", path: ["containers", name, "json"] }));
  }

  /** Running or not. */
  containers(filter: Readonly<Record<string, readonly string[]>>): Promise<readonly ListedContainer[]> {
    return this.list({ method: "GET", path: ["containers", "json"], query: { all: "1", ...filters(filter) } });
  }

  async putArchive(id: string, folder: string, tar: Buffer): Promise<void> {
    await this.tell({ method: "PUT", path: ["containers", id, "archive"], query: { path: folder }, tar });
  }

  async startContainer(id: string): Promise<void> {
    await this.tell({ method: "POST", path: ["containers", id, "start"] });
  }

  /** SIGTERM, then SIGKILL after the seconds. */
  async stopContainer(id: string, seconds: number): Promise<void> {
    await orNull(this.tell({ method: "POST", path: ["containers", id, "stop"], query: { t: String(seconds) } }));
  }

  async removeContainer(id: string): Promise<void> {
    await orNull(this.tell({ method: "DELETE", path: ["containers", id], query: { force: "1", v: "1" } }));
  }

  /** The last lines, both outputs, in the engine's frames; null where there is no such container. */
  output(id: string, lines: number, signal: AbortSignal): Promise<Readable | null> {
    const query = { stdout: "1", stderr: "1", tail: String(lines) };
    return orNull(this.stream({ method: "GET", path: ["containers", id, "logs"], query, signal }));
  }

  build(tar: Readable, query: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<IncomingMessage> {
    return this.stream({ method: "POST", path: ["build"], query, tar, signal });
  }

  image(reference: string): Promise<InspectedImage | null> {
    return orNull(this.ask({ method: "GET", path: ["images", reference, "json"] }));
  }

  /** Never `fromSrc`: the engine would fetch whatever address it is given. */
  pullImage(image: string, tag: string, auth?: Call["auth"]): Promise<Readable> {
    const query = { fromImage: image, tag };
    return this.stream({ method: "POST", path: ["images", "create"], query, auth, isOfRegistry: true });
  }

  async tagImage(reference: string, repo: string, tag: string): Promise<void> {
    await this.tell({ method: "POST", path: ["images", reference, "tag"], query: { repo, tag } });
  }

  /** Never with force, by which some engines remove the containers of the image too. */
  async removeImage(reference: string): Promise<void> {
    await orNull(this.tell({ method: "DELETE", path: ["images", reference], query: { force: "0" } }));
  }

  /** That image alone, and none that it was made from. */
  async removeUntaggedImage(id: string): Promise<void> {
    await orNull(this.tell({ method: "DELETE", path: ["images", id], query: { force: "0", noprune: "1" } }));
  }

  pushImage(image: string, tag: string, auth?: Call["auth"]): Promise<Readable> {
    // The engine wants the header even where nobody has to sign in.
    const nobody = { username: "", password: "", registry: "" };
    const path = ["images", image, "push"];
    return this.stream({ method: "POST", path, query: { tag }, auth: auth ?? nobody, isOfRegistry: true });
  }

  /** @throws RUNTIME_UNAVAILABLE also if the answer is nothing; EngineRefusal if it is no JSON. */
  private async ask<T>(call: Call): Promise<T> {
    const answer = await this.answered<T>(call);
    if (!answer) throw notUnderstood();
    return answer;
  }

  /** @throws RUNTIME_UNAVAILABLE also if the answer is no list */
  private async list<T>(call: Call): Promise<readonly T[]> {
    return listed(await this.answered<readonly T[]>(call));
  }

  /** What the engine says beside its status means nothing here. */
  private async tell(call: Call): Promise<void> {
    await text(await this.dial({ ...call, signal: AbortSignal.timeout(CALL_TIMEOUT) }));
  }

  /** Undefined if the engine says nothing. */
  private async answered<T>(call: Call): Promise<T | null | undefined> {
    const answer = await this.dial({ ...call, signal: AbortSignal.timeout(call.timeout ?? CALL_TIMEOUT) });
    const content = (await text(answer)).trim();
    if (content === "") return undefined;
    const found = parsed(content);
    if (found === undefined)
      throw new EngineRefusal(answer.statusCode!, "What answers as the container engine does not speak its language.");
    return found as T;
  }

  /** No time limit: a step of a build may be silent for long. */
  private stream(call: Call): Promise<IncomingMessage> {
    return this.dial(call);
  }

  /** Always as a stream: where an answer that is read to its end breaks off, docker-modem would never come back. */
  private async dial(call: Call): Promise<IncomingMessage> {
    const { method, path, query, body, tar, auth, signal, isOfRegistry = false } = call;
    const options = {
      method,
      path: `/${path.map(encodeURIComponent).join("/")}${query ? "?" : ""}`,
      options: { _query: query ?? {}, _body: body ?? {} },
      file: tar,
      authconfig: auth && { username: auth.username, password: auth.password, serveraddress: auth.registry },
      abortSignal: signal,
      isStream: true,
      statusCodes: ANY_STATUS,
    };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      this.modem.dial(options, (error, message) =>
        error ? reject(noAnswer(error)) : resolve(message as IncomingMessage),
      );
    });
    if (GOOD.has(answer.statusCode!)) return answer;
    const content = await text(answer);
    const message = messageOf(content);
    if (isAway(answer.statusCode!) && !(isOfRegistry && engineSaid(content) !== null))
      throw unavailable(`The container engine is in trouble (status ${answer.statusCode}): ${message}`);
    throw new EngineRefusal(answer.statusCode!, message);
  }
}

const notUnderstood = () => unavailable("The container engine's answer was not understood: it is empty, or no list.");

/**
 * Some engines write a list without entries as null. No list at all says nothing: if it were taken for an empty one, every
 * container would seem to be gone. @throws RUNTIME_UNAVAILABLE
 */
function listed<T>(answer: readonly T[] | null | undefined): readonly T[] {
  if (answer === null) return [];
  if (!Array.isArray(answer)) throw notUnderstood();
  return answer as readonly T[];
}

/** @throws RUNTIME_UNAVAILABLE if it breaks off. */
async function text(answer: Readable): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of answer) {
      pieces.push(piece as Buffer);
      length += (piece as Buffer).length;
      if (length > LONGEST_ANSWER) throw new Error("The engine's answer has no end.");
    }
    return Buffer.concat(pieces).toString("utf8");
  } catch (error) {
    throw noAnswer(error);
  }
}

/** Undefined if it is no JSON. */
function parsed(content: string): unknown {
  try {
    return JSON.parse(content) as unknown;
  } catch {
    return undefined;
  }
}

/** In the engine's words; null if it has none. */
function engineSaid(content: string): string | null {
  const message = (parsed(content) as { message?: unknown } | null | undefined)?.message;
  return typeof message === "string" ? message : null;
}

/** In the engine's words, or in those of what stands before it: a proxy answers with a page or a line. */
function messageOf(content: string): string {
  const said = engineSaid(content) ?? content.trim();
  return said === "" || said.startsWith("<") ? "it gave no reason" : said.slice(0, LONGEST_MESSAGE);
}

const filters = (filter: Readonly<Record<string, readonly string[]>>) => ({ filters: JSON.stringify(filter) });

async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (hasStatus(error, 404)) return null;
    throw error;
  }
}
