import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { openTempFolder } from "./temp-folder.js";

export const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

export interface TlsEngine extends AsyncDisposable {
  readonly address: string;
  /** Folders of certificates: signed by the engine's authority, and by another. */
  readonly known: string;
  readonly other: string;
}

const ANSWERS: Record<string, object> = {
  "/version": { Version: "27.0.0", Os: "linux", Arch: "amd64" },
};

/** What answers as an engine, but only to those whose certificate its authority has signed. */
export async function openTlsEngine(): Promise<TlsEngine> {
  const folder = await openTempFolder();
  const [known, other] = ["known", "other"].map((name) => certificatesIn(join(folder.path, name)));
  const pem = (file: string) => readFileSync(join(known!, file));
  const identity = { ca: pem("ca.pem"), cert: pem("server.pem"), key: pem("server-key.pem") };
  const server = createServer({ ...identity, requestCert: true, rejectUnauthorized: true }, (request, response) =>
    response.end(JSON.stringify(ANSWERS[request.url!] ?? [])),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    known: known!,
    other: other!,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** An authority (ca.pem), a client's certificate (cert.pem, key.pem) and a server's, by openssl alone. */
function certificatesIn(folder: string): string {
  mkdirSync(folder);
  const openssl = (...words: string[]) => execFileSync("openssl", words, { cwd: folder, stdio: "ignore" });
  const fresh = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"];
  const signed = ["-CA", "ca.pem", "-CAkey", "ca-key.pem", "-addext", "subjectAltName=IP:127.0.0.1"];
  openssl("req", "-x509", ...fresh, "-subj", "/CN=authority", "-keyout", "ca-key.pem", "-out", "ca.pem");
  openssl("req", "-x509", ...fresh, ...signed, "-subj", "/CN=client", "-keyout", "key.pem", "-out", "cert.pem");
  openssl(
    "req",
    "-x509",
    ...fresh,
    ...signed,
    "-subj",
    "/CN=engine",
    "-keyout",
    "server-key.pem",
    "-out",
    "server.pem",
  );
  return folder;
}
