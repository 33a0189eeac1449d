import { existsSync } from "node:fs";
import { homedir, platform } from "node:os";
import { join } from "node:path";
import { OperatorError } from "../../errors.js";

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

/** False if the address is a socket that does not exist: no engine runs there. */
export function mayAnswer(address: EngineAddress): boolean {
  return platform() === "win32" || address.socketPath === undefined || existsSync(address.socketPath);
}

function defaultSocket(): string {
  if (platform() === "win32") return "//./pipe/docker_engine";
  // Docker Desktop on a system without an engine of its own.
  const ofUser = join(homedir(), ".docker", "run", "docker.sock");
  return !existsSync("/var/run/docker.sock") && existsSync(ofUser) ? ofUser : "/var/run/docker.sock";
}
