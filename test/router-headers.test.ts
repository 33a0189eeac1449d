import { expect, test } from "vitest";
import { openRouter } from "./support/open-router.js";
import { raw } from "./support/raw-http.js";

async function askedWith(headers: string) {
  await using router = await openRouter();
  const { endpoint, asked } = await router.replica();
  router.serve([endpoint]);
  await raw(router.port, `POST /predict/iris/live HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n${headers}\r\n[]`, 300);
  return asked[0]!.headers;
}

test("what Connection names is not passed on", async () => {
  const headers = await askedWith("Connection: keep-alive, X-Auth-User\r\nX-Auth-User: admin\r\nX-Other: kept\r\n");

  expect(headers).not.toHaveProperty("x-auth-user");
  expect(headers["x-other"]).toBe("kept");
});

test("the same header is passed on where Connection does not name it", async () => {
  expect((await askedWith("X-Auth-User: grace\r\n"))["x-auth-user"]).toBe("grace");
});

test("a length that Connection names is still the body's", async () => {
  expect((await askedWith("Connection: content-length\r\n"))["content-length"]).toBe("2");
});

for (const header of [
  "Keep-Alive: timeout=5",
  "TE: trailers",
  "Trailer: X-T",
  "Proxy-Authorization: Basic x",
  "Proxy-Connection: keep-alive",
  "HTTP2-Settings: x",
  "Authorization: Bearer secret",
  "Cookie: session=1",
  "X-Forwarded-For: 1.2.3.4",
  "X-Forwarded-Host: evil",
  "X-Forwarded-Anything: x",
  "Forwarded: for=1.2.3.4",
  "Via: 1.1 x",
  "X-Real-IP: 1.2.3.4",
  "X-Rocas-Revision: 1",
  "X-ROCAS-Caller: operator",
])
  test(`"${header}" is not passed on`, async () => {
    const name = header.slice(0, header.indexOf(":")).toLowerCase();

    expect(await askedWith(`${header}\r\n`)).not.toHaveProperty(name);
  });

test("a request to upgrade is answered as the plain one that it is", async () => {
  const headers = await askedWith("Connection: Upgrade\r\nUpgrade: websocket\r\n");

  expect(headers).not.toHaveProperty("upgrade");
  expect(headers.connection).toBe("close");
});

test("a header's several values are all passed on", async () => {
  expect((await askedWith("X-Tag: a\r\nX-Tag: b\r\nContent-Type: text/csv\r\n"))["x-tag"]).toBe("a, b");
});

async function answeredWith(headers: Record<string, string | string[]>) {
  await using router = await openRouter();
  const { endpoint } = await router.replica((_request, response) => void response.writeHead(200, headers).end("<b>"));
  router.serve([endpoint]);
  return (await router.predict()).headers;
}

for (const [name, value] of [
  ["Set-Cookie", "session=stolen"],
  ["Location", "http://evil/"],
  ["Refresh", "0; url=http://evil/"],
  ["Access-Control-Allow-Origin", "*"],
  ["Clear-Site-Data", '"*"'],
  ["Strict-Transport-Security", "max-age=1"],
  ["X-Accel-Redirect", "/etc/passwd"],
  ["Service-Worker-Allowed", "/"],
  ["Alt-Svc", 'h2="evil:443"'],
  ["Link", "<http://evil/>; rel=preload"],
  ["X-Forwarded-For", "1.2.3.4"],
  ["X-Rocas-Caller", "operator"],
  ["Proxy-Authenticate", "Basic"],
  ["WWW-Authenticate", "Basic"],
  ["Server", "evil"],
] as const)
  test(`a replica's ${name} does not reach the client`, async () => {
    expect((await answeredWith({ [name]: value })).get(name)).toBeNull();
  });

test("a replica's type, language and encoding reach the client, and it may not guess another type", async () => {
  const headers = await answeredWith({
    "content-type": "text/html",
    "content-language": "pt",
    "retry-after": "3",
    "x-content-type-options": "off",
    "content-security-policy": "default-src *",
  });

  expect(Object.fromEntries(headers)).toMatchObject({
    "content-type": "text/html",
    "content-language": "pt",
    "retry-after": "3",
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'",
  });
});

test("a replica cannot name a version, revision or replica that is not in the table", async () => {
  const headers = await answeredWith({
    "x-rocas-model-version": "other/v9",
    "x-rocas-revision": "999",
    "x-rocas-replica": "other",
  });

  expect(["model-version", "revision", "replica"].map((each) => headers.get(`x-rocas-${each}`))).toEqual([
    "clf/v1",
    "7",
    "replica-0",
  ]);
});
