import { expect, test } from "vitest";
import { openLive } from "./support/open-live.js";
import { RawSocket } from "./support/raw-socket.js";

const WAIT = { timeout: 30_000 };
const [SOCKETS, PER_SOCKET] = [50, 20];

test("a query is answered while an event goes out to a thousand subscribers, each of which hears it", async () => {
  await using server = await openLive({}, { maxOperationsPerCaller: 2 * SOCKETS * PER_SOCKET });
  const sockets = await Promise.all(Array.from({ length: SOCKETS }, () => RawSocket.begin(server.webSocketUrl)));
  const asking = await RawSocket.begin(server.webSocketUrl);
  for (const socket of sockets)
    for (let id = 0; id < PER_SOCKET; id += 1) socket.subscribe(`${id}`, "subscription{read{context}}");
  await expect.poll(() => server.graph.readers.size, WAIT).toBe(SOCKETS * PER_SOCKET);
  const heard = () => sockets.reduce((sum, each) => sum + each.of("next").length, 0);

  server.graph.publishReading();
  asking.subscribe("a", "{hello}");
  await asking.hears("next", "a");

  expect(heard()).toBeLessThan(SOCKETS * PER_SOCKET);
  await expect.poll(heard, WAIT).toBe(SOCKETS * PER_SOCKET);
});
