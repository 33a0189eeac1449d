import { existsSync, readFileSync } from "node:fs";
import { homedir, platform } from "node:os";
import { join } from "node:path";
import Docker from "dockerode";
import { DockerEngine } from "./docker-engine.js";

/** Where the engine listens: what dockerode needs to know, every option named so that it reads no environment of its own. */
export interface EngineAddress {
  readonly socketPath?: string;
  readonly host?: string;
  readonly port?: string;
  readonly protocol?: "http" | "https";
}

/** The address does not do; the message says what would. */
export class DockerHostRefused extends Error {}

/**
 * Reads DOCKER_HOST as Docker's own clients do: `unix://`, `npipe://` and `tcp://`; the usual socket where it is empty.
 * @throws DockerHostRefused
 */
export function engineAddress(dockerHost: string): EngineAddress {
  if (dockerHost === "") return { socketPath: usualSocket() };
  const [, scheme, rest = ""] = /^([a-z]+):\/\/(.*)$/.exec(dockerHost) ?? ["", "tcp", dockerHost];
  if (scheme === "unix" || scheme === "npipe") return { socketPath: rest || usualSocket() };
  if (scheme === "ssh")
    throw new DockerHostRefused(
      "DOCKER_HOST: ssh:// is not supported; forward the engine's socket (ssh -L /tmp/docker.sock:/var/run/docker.sock HOST) and set DOCKER_HOST=unix:///tmp/docker.sock.",
    );
  if (!["tcp", "http", "https"].includes(scheme!) || !URL.canParse(`http://${rest}`))
    throw new DockerHostRefused("DOCKER_HOST is unix:///PATH, tcp://HOST:PORT or npipe:////./pipe/NAME.");
  const { hostname, port } = new URL(`http://${rest}`);
  return { host: hostname, port: port || "2375", protocol: scheme === "https" || port === "2376" ? "https" : "http" };
}

/**
 * The engine behind DOCKER_HOST. Nothing is connected yet: whether it answers, its first call says.
 * @param certificates folder with ca.pem, cert.pem and key.pem (DOCKER_CERT_PATH) for an engine that wants TLS.
 * @throws DockerHostRefused
 */
export function openDocker(dockerHost: string, certificates = ""): DockerEngine {
  const none = { socketPath: undefined, host: undefined, port: undefined, protocol: "http" as const };
  const pem = (file: string) => (certificates ? readFileSync(join(certificates, file)) : undefined);
  const tls = { ca: pem("ca.pem"), cert: pem("cert.pem"), key: pem("key.pem") };
  const address = engineAddress(dockerHost);
  const protocol = certificates && address.host ? { protocol: "https" as const } : {};
  const options = { ...none, ...address, ...protocol, ...tls, pathPrefix: "/", timeout: undefined };
  const { modem } = new Docker(options);
  refuseRedirects(modem);
  return new DockerEngine(modem);
}

interface RequestBuilder {
  buildRequest(options: object, ...rest: unknown[]): void;
}

// docker-modem follows redirects to any host, without a handler for what goes wrong there, and takes the limit only from
// the options of each request.
function refuseRedirects(modem: Docker["modem"]): void {
  const builder = modem as unknown as RequestBuilder;
  const build = builder.buildRequest.bind(builder);
  builder.buildRequest = (options, ...rest) => build({ ...options, maxRedirects: 0 }, ...rest);
}

function usualSocket(): string {
  if (platform() === "win32") return "//./pipe/docker_engine";
  // Docker Desktop, where the system has no engine.
  const ofUser = join(homedir(), ".docker", "run", "docker.sock");
  return !existsSync("/var/run/docker.sock") && existsSync(ofUser) ? ofUser : "/var/run/docker.sock";
}
