import { existsSync, readFileSync } from "node:fs";
import { homedir, platform } from "node:os";
import { join } from "node:path";
import Docker from "dockerode";
import { OperatorError } from "../../errors.js";
import { DockerEngine } from "./docker-engine.js";
import { dialSafely } from "./engine-dial.js";

/**
 * The address of the engine, as dockerode takes it, with every option named so that it reads no environment of its own.
 */
export interface EngineAddress {
  readonly socketPath?: string;
  readonly host?: string;
  readonly port?: string;
  readonly protocol?: "http" | "https";
}

/** The TLS options of an engine on the network, in the words of Docker's own clients. */
export interface EngineTls {
  /** A folder with ca.pem, cert.pem and key.pem; empty: `~/.docker` if DOCKER_TLS_VERIFY is set, else no TLS. */
  readonly DOCKER_CERT_PATH?: string;
  /** If it is empty, any certificate of the engine will do. */
  readonly DOCKER_TLS_VERIFY?: string;
}

/** The address or its certificates do not do; the message says what would. */
export class DockerHostError extends OperatorError {}

const PORT = "2375";
const TLS_PORT = "2376";

/**
 * Reads DOCKER_HOST as Docker's own clients do: `unix://`, `npipe://` and `tcp://`; the usual socket if it is empty.
 * @throws DockerHostRefused
 */
export function engineAddress(
  dockerHost: string,
  { DOCKER_CERT_PATH, DOCKER_TLS_VERIFY }: EngineTls = {},
): EngineAddress {
  if (dockerHost === "") return { socketPath: defaultSocket() };
  const [, scheme, rest = ""] = /^([a-z]+):\/\/(.*)$/.exec(dockerHost) ?? ["", "tcp", dockerHost];
  if (scheme === "unix" || scheme === "npipe") return { socketPath: rest || defaultSocket() };
  if (scheme === "ssh")
    throw new DockerHostError(
      "DOCKER_HOST: ssh:// is not supported; forward the engine's socket (ssh -L /tmp/docker.sock:/var/run/docker.sock HOST) and set DOCKER_HOST=unix:///tmp/docker.sock.",
    );
  if (!["tcp", "http", "https"].includes(scheme!) || !URL.canParse(`http://${rest}`))
    throw new DockerHostError("DOCKER_HOST is unix:///PATH, tcp://HOST:PORT or npipe:////./pipe/NAME.");
  const { hostname, port } = new URL(`http://${rest}`);
  const isTls = Boolean(DOCKER_CERT_PATH || DOCKER_TLS_VERIFY) || scheme === "https" || port === TLS_PORT;
  return { host: hostname, port: port || (isTls ? TLS_PORT : PORT), protocol: isTls ? "https" : "http" };
}

/**
 * The engine behind DOCKER_HOST. Nothing is connected yet: whether it answers, its first call says.
 * @throws DockerHostRefused
 */
export function openDocker(dockerHost: string, tls: EngineTls = {}): DockerEngine {
  const noDefaults = { socketPath: undefined, host: undefined, port: undefined, protocol: "http" as const };
  const address = engineAddress(dockerHost, tls);
  // A socket needs no certificate, and Docker's own clients ignore them there.
  const certificates = address.host ? certificatesOf(tls) : null;
  const options = { ...noDefaults, ...address, ...certificates, pathPrefix: "/", timeout: undefined };
  const docker = new Docker(options);
  const isVerified = !certificates || Boolean(tls.DOCKER_TLS_VERIFY);
  addToEachRequest(docker.modem, isVerified ? { maxRedirects: 0 } : { maxRedirects: 0, rejectUnauthorized: false });
  dialSafely(docker.modem);
  return new DockerEngine(docker);
}

interface Certificates {
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Null if no TLS is asked for. @throws DockerHostRefused */
function certificatesOf({ DOCKER_CERT_PATH: named, DOCKER_TLS_VERIFY: isVerified }: EngineTls): Certificates | null {
  if (!named && !isVerified) return null;
  const folder = named || join(homedir(), ".docker");
  return { ca: readPem(folder, "ca.pem"), cert: readPem(folder, "cert.pem"), key: readPem(folder, "key.pem") };
}

function readPem(folder: string, file: string): Buffer {
  try {
    return readFileSync(join(folder, file));
  } catch (cause) {
    throw new DockerHostError(
      `DOCKER_CERT_PATH: ${join(folder, file)} cannot be read; it is a folder with ca.pem, cert.pem and key.pem, which are used if DOCKER_CERT_PATH or DOCKER_TLS_VERIFY is set.`,
      { cause },
    );
  }
}

interface RequestBuilder {
  buildRequest(options: object, ...rest: unknown[]): void;
}

// docker-modem follows redirects to any host, without a handler for what goes wrong there, and takes the limit, and
// whether certificates are verified, only from the options of each request.
function addToEachRequest(modem: Docker["modem"], always: object): void {
  const builder = modem as unknown as RequestBuilder;
  const build = builder.buildRequest.bind(builder);
  builder.buildRequest = (options, ...rest) => build({ ...options, ...always }, ...rest);
}

function defaultSocket(): string {
  if (platform() === "win32") return "//./pipe/docker_engine";
  // Docker Desktop, where the system has no engine.
  const ofUser = join(homedir(), ".docker", "run", "docker.sock");
  return !existsSync("/var/run/docker.sock") && existsSync(ofUser) ? ofUser : "/var/run/docker.sock";
}
