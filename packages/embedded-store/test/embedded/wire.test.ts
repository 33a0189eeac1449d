import { connect } from "node:net";
import { expect, test } from "vitest";
import { openKillableStore } from "../support/killable-store.js";
import { openTempFolder } from "../support/temp-folder.js";

test("messages that are none end their connection and nothing else", async () => {
  await using folder = await openTempFolder();
  const store = await openKillableStore(folder.path);
  const path = store.database.client.options.hosts[0]!.socketPath!;
  const header = (length: number, kind: number): Buffer => {
    const bytes = Buffer.alloc(16);
    bytes.writeInt32LE(length, 0);
    bytes.writeInt32LE(kind, 12);
    return bytes;
  };
  const hostile = [
    Buffer.alloc(64),
    header(-5, 2013),
    header(2_000_000_000, 2013),
    Buffer.concat([header(30, 2013), Buffer.alloc(14, 0xff)]),
    Buffer.concat([header(26, 2013), Buffer.from([0, 0, 0, 0, 0, 200, 0, 0, 0, 0])]),
    Buffer.concat([
      header(16 + 4 + 1 + 12, 2013),
      Buffer.from([0, 0, 0, 0, 0, 12, 0, 0, 0, 2, 97, 0, 255, 255, 255, 127, 0]),
    ]),
    Buffer.concat([header(40, 2004), Buffer.alloc(24, 1)]),
    Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
  ];
  const closed = await Promise.all(
    hostile.map(
      (bytes) =>
        new Promise<boolean>((resolve) => {
          const socket = connect(path, () => socket.write(bytes));
          socket.once("close", () => resolve(true)).once("error", () => {});
        }),
    ),
  );
  expect(closed).toEqual(hostile.map(() => true));
  expect(await store.database.command({ ping: 1 })).toEqual({ ok: 1 });
  await store.kill();
});
