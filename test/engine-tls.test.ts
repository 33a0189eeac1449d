import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openEngine } from "../src/open-engine.js";
import { openDocker } from "../src/runtime/docker/open-docker.js";
import { readSettings } from "../src/settings.js";
import { openTestApp } from "./support/open-test-app.js";
import { openTempFolder } from "./support/temp-folder.js";
import { hasOpenssl, openTlsEngine, type TlsEngine } from "./support/tls-engine.js";

/** What the engine says of itself, found by the environment alone. */
async function versionBy(environment: Record<string, string>) {
  const settings = readSettings(environment);
  return openDocker(settings.DOCKER_HOST, settings).version();
}

const VERSION = { Version: "27.0.0" };
const UNAVAILABLE = { code: "RUNTIME_UNAVAILABLE" };

describe.skipIf(!hasOpenssl)("an engine behind TLS", () => {
  let engine: TlsEngine;
  beforeAll(async () => {
    engine = await openTlsEngine();
  });
  afterAll(() => engine[Symbol.asyncDispose]());

  test("is reached with the certificates of DOCKER_CERT_PATH, verified or not", async () => {
    const environment = { DOCKER_HOST: engine.address, DOCKER_CERT_PATH: engine.known };

    expect(await versionBy({ ...environment, DOCKER_TLS_VERIFY: "1" })).toMatchObject(VERSION);
    expect(await versionBy(environment)).toMatchObject(VERSION);
  });

  test("does not answer without certificates, or to those of others", async () => {
    const { address: DOCKER_HOST, other } = engine;

    await expect(versionBy({ DOCKER_HOST })).rejects.toMatchObject(UNAVAILABLE);
    await expect(versionBy({ DOCKER_HOST, DOCKER_CERT_PATH: other })).rejects.toMatchObject(UNAVAILABLE);
  });

  test("is not spoken to if DOCKER_TLS_VERIFY is set and another authority has signed its certificate", async () => {
    await using impostor = await openTlsEngine();
    const environment = { DOCKER_HOST: impostor.address, DOCKER_CERT_PATH: engine.known };

    await expect(versionBy({ ...environment, DOCKER_TLS_VERIFY: "1" })).rejects.toMatchObject(UNAVAILABLE);
  });

  test("is taken by the server for its own", async () => {
    await using app = await openTestApp();
    const { store, settings } = app.app;
    const tls = { DOCKER_HOST: engine.address, DOCKER_CERT_PATH: engine.known, DOCKER_TLS_VERIFY: "1" };

    await using opened = await openEngine({ ...settings, ...tls, ROCAS_RUNTIME: "auto" }, store, "alone");

    expect([opened.kind, await opened.runtime.engine()]).toEqual(["docker", "Docker 27.0.0"]);
  });
});

test("certificates that are not there are refused at the start, by name", async () => {
  await using folder = await openTempFolder();
  const environment = { DOCKER_HOST: "tcp://127.0.0.1:2376", DOCKER_CERT_PATH: folder.path };

  await expect(versionBy(environment)).rejects.toThrow(`DOCKER_CERT_PATH: ${folder.path}/ca.pem cannot be read`);
});

test("certificates mean nothing to an engine on a socket", async () => {
  const environment = { DOCKER_HOST: "unix:///no/engine.sock", DOCKER_CERT_PATH: "/nowhere", DOCKER_TLS_VERIFY: "1" };

  await expect(versionBy(environment)).rejects.toMatchObject(UNAVAILABLE);
});
