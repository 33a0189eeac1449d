import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import type Docker from "dockerode";
import { MINUTE_MS } from "../../units.js";
import type { Credentials } from "../image-builder.js";
import type {
  EngineContainer,
  EngineContainerEntry,
  EngineImage,
  EngineInfo,
  EngineNetwork,
  EngineVersion,
  EngineVolume,
  Labels,
} from "./engine-answers.js";
import { type Dialect, dialectOf, imageIdOf } from "./engine-dialect.js";
import { type EngineRequest, hasStatus, type Reply, runtimeUnavailable } from "./engine-dial.js";

interface Call extends Pick<EngineRequest, "method" | "file" | "isOfRegistry" | "abortSignal"> {
  /** Parts of the path; each is escaped. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
  readonly auth?: Credentials & { readonly registry: string };
}

type Filter = Readonly<Record<string, readonly string[]>>;

/** What an engine says of its builders. */
export interface BuilderOffer {
  /** True if clients should build by BuildKit, as Docker 23 and later say. */
  readonly prefersBuildKit: boolean;
  /** False for Podman, whose API builds by buildah alone. */
  readonly hasBuildKit: boolean;
  readonly api: { readonly major: number; readonly minor: number };
}

/** The engine walks all of its volumes. */
const MEASURING_TIMEOUT_MS = 10 * MINUTE_MS;
const PING_TIMEOUT_MS = 30_000;
const IMAGE_ID = /^sha256:[0-9a-f]{64}$/;

/**
 * The only module that calls the engine, with all calls that are allowed: no exec, no plugin, no swarm. dockerode's
 * objects stand for what has a name of ours or an id of the engine's. An image reference is a user's, and has slashes:
 * those calls are made here, with each part of the path escaped.
 * Every method throws RUNTIME_UNAVAILABLE if the engine does not answer or is in trouble itself, and EngineRefusal if
 * it refuses.
 */
export class DockerEngine {
  /** @param docker its modem dials safely (`dialSafely`): all its answers are a Reply or a stream */
  constructor(private readonly docker: Docker) {}

  private known: Dialect | undefined;

  async version(): Promise<EngineVersion> {
    const version = await parseObject<EngineVersion>(this.docker.version());
    this.known = dialectOf(version);
    return version;
  }

  /** Returns how the engine differs from others, as it was when it was last asked for its version. */
  async dialect(): Promise<Dialect> {
    return this.known ?? dialectOf(await this.version());
  }

  info(): Promise<EngineInfo> {
    return parseObject(this.docker.info());
  }

  async builderOffer(): Promise<BuilderOffer> {
    const abortSignal = AbortSignal.timeout(PING_TIMEOUT_MS);
    const answer = await this.stream({ method: "GET", path: ["_ping"], abortSignal });
    answer.destroy();
    const { "builder-version": preferred, "api-version": api, "libpod-api-version": podman } = answer.headers;
    const [major = 0, minor = 0] = String(api).split(".").map(Number);
    return { prefersBuildKit: preferred === "2", hasBuildKit: podman === undefined, api: { major, minor } };
  }

  /** Returns networks whose name contains the text. */
  networks(name: string): Promise<readonly EngineNetwork[]> {
    return parseList(this.docker.listNetworks({ filters: { name: [name] } }));
  }

  /** Returns null if the engine's answer is empty. */
  async createNetwork(body: object): Promise<{ readonly Id: string } | null> {
    const { id } = await this.docker.createNetwork({ _query: {}, _body: body } as never);
    return id === undefined ? null : { Id: id };
  }

  async removeNetwork(id: string): Promise<void> {
    await nullIfNotFound(this.docker.getNetwork(escapePath(id)).remove());
  }

  /** Leaves an existing volume of that name as it is. */
  async createVolume(name: string, labels: Labels): Promise<void> {
    await this.docker.createVolume({ _query: {}, _body: { Name: name, Driver: "local", Labels: labels } } as never);
  }

  async volume(name: string): Promise<EngineVolume | null> {
    return nullIfNotFound(parseObject(this.docker.getVolume(escapePath(name)).inspect()));
  }

  async removeVolume(name: string): Promise<void> {
    await nullIfNotFound(this.docker.getVolume(escapePath(name)).remove());
  }

  /** Returns the volumes without their sizes. */
  async volumes(filter: Filter): Promise<readonly EngineVolume[]> {
    const answer = jsonOf<{ Volumes?: EngineVolume[] | null }>(
      await this.docker.listVolumes({ filters: filters(filter) }),
    );
    return requireList(answer && answer.Volumes);
  }

  /**
   * Returns all volumes with sizes, which the engine measures at every call. During another measurement it refuses
   * (500).
   */
  async volumesWithSizes(): Promise<readonly EngineVolume[]> {
    // Before API 1.42 (Docker 23) the engine measures images and containers, too. Later ones measure the type that is
    // given, which dockerode cannot pass.
    const usage = await parseObject<{ Volumes: EngineVolume[] | null }>(
      this.dial({
        method: "GET",
        path: ["system", "df"],
        query: { type: "volume" },
        abortSignal: AbortSignal.timeout(MEASURING_TIMEOUT_MS),
      }),
    );
    return usage.Volumes ?? [];
  }

  async createContainer(name: string, body: object): Promise<void> {
    await this.docker.createContainer({ _query: { name }, _body: body } as never);
  }

  async container(name: string): Promise<EngineContainer | null> {
    return nullIfNotFound(parseObject(this.docker.getContainer(escapePath(name)).inspect()));
  }

  /** Returns containers, running or not. */
  containers(filter: Filter): Promise<readonly EngineContainerEntry[]> {
    return parseList(this.docker.listContainers({ all: true, filters: filters(filter) }));
  }

  /** Returns what happens to containers with the label, from `since` (seconds since 1970) on, as lines of JSON. */
  containerEvents(label: string, since: number, abortSignal: AbortSignal): Promise<Readable> {
    const query = { since: String(since), filters: JSON.stringify({ type: ["container"], label: [label] }) };
    return this.stream({ method: "GET", path: ["events"], query, abortSignal });
  }

  async putArchive(id: string, folder: string, tar: Buffer): Promise<void> {
    await this.docker.getContainer(escapePath(id)).putArchive(tar, { path: folder });
  }

  async startContainer(id: string): Promise<void> {
    await this.docker.getContainer(escapePath(id)).start();
  }

  /** Sends SIGTERM, and SIGKILL after the seconds. */
  async stopContainer(id: string, seconds: number): Promise<void> {
    await nullIfNotFound(this.docker.getContainer(escapePath(id)).stop({ t: seconds }));
  }

  async removeContainer(id: string): Promise<void> {
    await nullIfNotFound(this.docker.getContainer(escapePath(id)).remove({ force: true, v: true }));
  }

  /** Returns the last lines of both outputs, in the engine's frames; null if there is no such container. */
  output(id: string, lines: number, abortSignal: AbortSignal): Promise<Readable | null> {
    // dockerode would collect all of it, with lines of any length.
    const query = { stdout: "1", stderr: "1", tail: String(lines) };
    return nullIfNotFound(this.stream({ method: "GET", path: ["containers", id, "logs"], query, abortSignal }));
  }

  build(tar: Readable, query: Readonly<Record<string, string>>, abortSignal?: AbortSignal): Promise<IncomingMessage> {
    // dockerode would open a session of its own for BuildKit, and serve credentials to every registry in it.
    return this.stream({ method: "POST", path: ["build"], query, file: tar, abortSignal });
  }

  async image(reference: string): Promise<EngineImage | null> {
    const answer = IMAGE_ID.test(reference)
      ? this.docker.getImage(reference).inspect()
      : this.dial({ method: "GET", path: ["images", reference, "json"] });
    const found = await nullIfNotFound(parseObject<EngineImage>(answer));
    return found && { ...found, Id: imageIdOf(found.Id) };
  }

  /** Never sends `fromSrc`: the engine would fetch any address. */
  pullImage(image: string, tag: string, auth?: Call["auth"]): Promise<Readable> {
    const query = { fromImage: image, tag };
    return this.stream({ method: "POST", path: ["images", "create"], query, auth, isOfRegistry: true });
  }

  async tagImage(reference: string, repo: string, tag: string): Promise<void> {
    if (IMAGE_ID.test(reference)) await this.docker.getImage(reference).tag({ repo, tag });
    else await this.dial({ method: "POST", path: ["images", reference, "tag"], query: { repo, tag } });
  }

  /** Never forces: some engines then remove the image's containers, too. */
  async removeImage(reference: string): Promise<void> {
    await nullIfNotFound(this.dial({ method: "DELETE", path: ["images", reference], query: { force: "0" } }));
  }

  /** Removes that image alone, and none that it was made from. */
  async removeUntaggedImage(id: string): Promise<void> {
    await nullIfNotFound(this.docker.getImage(escapePath(id)).remove({ force: false, noprune: true }));
  }

  pushImage(image: string, tag: string, auth?: Call["auth"]): Promise<Readable> {
    // The engine requires the header, even without a login.
    const anonymous = { username: "", password: "", registry: "" };
    const path = ["images", image, "push"];
    return this.stream({ method: "POST", path, query: { tag }, auth: auth ?? anonymous, isOfRegistry: true });
  }

  private stream(call: Call): Promise<IncomingMessage> {
    return this.dial(call, true) as Promise<IncomingMessage>;
  }

  private dial({ method, path, query, auth, ...how }: Call, isStream = false): Promise<unknown> {
    const request: EngineRequest = {
      ...how,
      method,
      path: `/${path.map(encodeURIComponent).join("/")}${query ? "?" : ""}`,
      options: { _query: query ?? {}, _body: {} },
      authconfig: auth && { username: auth.username, password: auth.password, serveraddress: auth.registry },
      isStream,
    };
    return new Promise((resolve, reject) => {
      this.docker.modem.dial(request as never, (error, answer) => (error ? reject(error as Error) : resolve(answer)));
    });
  }
}

// dockerode puts names into paths as they are. A slash could lead to another part of the engine, or to another host.
const escapePath = encodeURIComponent;

const filters = (filter: Filter) => filter as Record<string, string[]>;

// dockerode's types describe the engine's JSON, which is still unparsed here.
const jsonOf = <T>(reply: unknown): T | null | undefined => (reply as Reply).json() as T | null | undefined;

/** @throws RUNTIME_UNAVAILABLE also if the answer is empty; EngineRefusal if it is no JSON */
async function parseObject<T>(reply: Promise<unknown>): Promise<T> {
  const answer = jsonOf<T>(await reply);
  if (!answer) throw unexpectedAnswer();
  return answer;
}

/** @throws RUNTIME_UNAVAILABLE also if the answer is no list */
const parseList = async <T>(reply: Promise<unknown>): Promise<readonly T[]> =>
  requireList(jsonOf<readonly T[]>(await reply));

const unexpectedAnswer = () =>
  runtimeUnavailable("The container engine's answer was not understood: it is empty, or no list.");

/**
 * Some engines write an empty list as null. A missing list means nothing: if it counted as empty, every container would
 * seem to be gone.
 * @throws RUNTIME_UNAVAILABLE
 */
function requireList<T>(answer: readonly T[] | null | undefined): readonly T[] {
  if (answer === null) return [];
  if (!Array.isArray(answer)) throw unexpectedAnswer();
  return answer as readonly T[];
}

async function nullIfNotFound<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (hasStatus(error, 404)) return null;
    throw error;
  }
}
