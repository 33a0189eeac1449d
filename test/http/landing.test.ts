import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openHttpServer } from "./support/open-http-server.js";

const BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";

let http: Awaited<ReturnType<typeof openHttpServer>>;
beforeAll(async () => {
  execFileSync(process.execPath, ["src/build-graphiql.mjs"], { stdio: "inherit" });
  http = await openHttpServer({ ROCAS_TOKEN: "a-long-token" });
}, 120_000);
afterAll(() => http.close());

test.each(["/", "/?from=bookmark"])("a browser at %s is led to GraphiQL, without the token", async (path) => {
  const { status, headers } = await http.send(path, { headers: { accept: BROWSER }, redirect: "manual" });

  expect(status).toBe(302);
  expect(headers.get("location")).toBe("/graphql");
});

test("a browser that follows is shown the page", async () => {
  const { status, text } = await http.send("/", { headers: { accept: BROWSER } });

  expect(status).toBe(200);
  expect(text).toContain("GraphiQL");
});

test.each([undefined, "*/*", "application/json", "application/json, text/html;q=0.5"])(
  "who asks for %s at / is answered in JSON",
  async (accept) => {
    await using open = await openHttpServer();

    const { status, body } = await open.send("/", { headers: accept ? { accept } : {}, redirect: "manual" });

    expect(status).toBe(404);
    expect(body.errors[0]).toMatchObject({ extensions: { code: "NOT_FOUND" } });
  },
);

test("the icon that browsers look for is there, without the token", async () => {
  const { status, headers, text } = await http.send("/favicon.ico");

  expect(status).toBe(200);
  expect(headers.get("content-type")).toBe("image/svg+xml");
  expect(text).toContain("<svg");
});

test("only reading leads anywhere", async () => {
  const { status } = await http.send("/", { method: "POST", headers: { accept: BROWSER }, redirect: "manual" });

  expect(status).toBe(401);
});
