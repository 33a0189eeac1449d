import { expect, test } from "vitest";
import { openHttpServer } from "./support/open-http-server.js";

test("an idle connection is kept longer than a gateway or a proxy takes it up again", async () => {
  await using http = await openHttpServer();

  const { headers } = await http.query("{ __typename }");

  const [, seconds] = /timeout=(\d+)/.exec(headers.get("keep-alive") ?? "") ?? [];
  expect(Number(seconds)).toBeGreaterThan(60);
});
