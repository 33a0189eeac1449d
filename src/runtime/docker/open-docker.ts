import { existsSync, readFileSync } from "node:fs";
import { homedir, platform } from "node:os";
import { join } from "node:path";
import Docker from "dockerode";
import { OperatorError } from "../../errors.js";
import { DockerEngine } from "./docker-engine.js";
import { dialSafely } from "./engine-dial.js";

/** The engine's address in dockerode's form. All options are set, so that it reads no environment of its own. */
export interface EngineAddress {
  readonly socketPath?: string;
  readonly host?: string;
  readonly port?: string;
  readonly protocol?: "http" | "https";
}

/** The TLS options of an engine on the network, with the names of Docker's own clients. */
export interface EngineTls {
  /** A folder with ca.pem, cert.pem and key.pem. If empty: `~/.docker` if DOCKER_TLS_VERIFY is set, else no TLS. */
  readonly DOCKER_CERT_PATH?: string;
  /** If it is empty, the engine's certificate is not verified. */
  readonly DOCKER_TLS_VERIFY?: string;
}

/** The address or its certificates are unusable; the message says why. */
export class DockerHostError extends OperatorError {}

const PORT = "2375";
const TLS_PORT = "2376";

/**
 * Reads DOCKER_HOST as Docker's own clients do: `unix://`, `npipe://` and `tcp://`. If it is empty, returns the default
 * socket.
 * @throws DockerHostError
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

/** Returns the engine behind DOCKER_HOST. The first call connects. @throws DockerHostError */
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

/** Returns null if TLS is not wanted. @throws DockerHostError */
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

// docker-modem follows redirects to any host, and does not handle errors there. It takes the limit of redirects, and
// the verification of certificates, only from the options of each request.
function addToEachRequest(modem: Docker["modem"], always: object): void {
  const builder = modem as unknown as RequestBuilder;
  const build = builder.buildRequest.bind(builder);
  builder.buildRequest = (options, ...rest) => build({ ...options, ...always }, ...rest);
}

function defaultSocket(): string {
  if (platform() === "win32") return "//./pipe/docker_engine";
  // Docker Desktop on a system without an engine of its own.
  const ofUser = join(homedir(), ".docker", "run", "docker.sock");
  return !existsSync("/var/run/docker.sock") && existsSync(ofUser) ? ofUser : "/var/run/docker.sock";
}
