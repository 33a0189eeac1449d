import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import Docker from "dockerode";
import { DockerEngine } from "./docker-engine.js";
import { DockerHostError, engineAddress, type EngineTls } from "./engine-address.js";
import { dialSafely } from "./engine-dial.js";

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
