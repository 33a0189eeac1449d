import { afterAll, beforeAll, expect, test } from "vitest";
import { readSettings } from "../../src/settings.js";
import { openHttpServer } from "./support/open-http-server.js";

const TOKEN = "f3b1-a-long-random-token";

let http: Awaited<ReturnType<typeof openHttpServer>>;
beforeAll(async () => {
  http = await openHttpServer({ ROCAS_TOKEN: TOKEN });
});
afterAll(() => http.close());

const carrying = (authorization: string) => ({ headers: { authorization, accept: "application/json" } });

test("a request with the token is answered", async () => {
  const { body } = await http.post({ query: "{polluted}" }, { authorization: `Bearer ${TOKEN}` });
  expect(body.data.polluted).toBe("undefined");
});

test.each([
  "",
  "Bearer",
  "Bearer wrong",
  `Bearer ${TOKEN.slice(0, -1)}`,
  `Bearer ${TOKEN}x`,
  `Basic ${TOKEN}`,
  TOKEN,
  `Bearer ${TOKEN} ${TOKEN}`,
])("the header “%s” is refused", async (authorization) => {
  const { status, headers, body } = await http.send("/guarded/x", carrying(authorization));
  expect(status).toBe(401);
  expect(headers.get("www-authenticate")).toBe("Bearer");
  expect(body.errors[0].extensions.code).toBe("UNAUTHENTICATED");
});

test.each(["/graphql", "/graphql?query={polluted}", "/", "/guarded/x", "/nothing", "/metrics"])(
  "%s asks for the token",
  async (path) => {
    expect((await http.send(path, { headers: { accept: "application/json" } })).status).toBe(401);
    expect((await http.send(`${path}?token=${TOKEN}`, { headers: { accept: "application/json" } })).status).toBe(401);
  },
);

test("a route that checks for itself is left to it", async () => {
  expect((await http.send("/own/x")).text).toBe("answer to /own/x");
});

test("without a token on loopback nothing is asked", async () => {
  await using open = await openHttpServer();
  expect((await open.send("/guarded/x")).text).toBe("answer to /guarded/x");
});

test("an address that is open to the network needs a token", () => {
  expect(() => readSettings({ HOST: "0.0.0.0" })).toThrow(/ROCAS_TOKEN/);
  expect(readSettings({ HOST: "0.0.0.0", ROCAS_TOKEN: TOKEN }).HOST).toBe("0.0.0.0");
});

test("connections that have not shown the token are bounded, and one that has is not", async () => {
  await using bounded = await openHttpServer({ ROCAS_TOKEN: TOKEN }, { maxStrangers: 2 });
  const held = await Promise.all([bounded.hold(), bounded.hold()]);
  await expect(bounded.send("/health/live")).rejects.toThrow();
  held[0]!.destroy();
  await expect
    .poll(() =>
      bounded.send("/health/live").then(
        ({ status }) => status,
        () => 0,
      ),
    )
    .toBe(200);
  held[1]!.destroy();
});
