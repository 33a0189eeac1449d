import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openConnection } from "../../src/store/open-connection.js";
import { StoreRefused } from "../../src/store/store-refused.js";
import { openKillableStore } from "./store-support/killable-store.js";

const refusalOf = async (mongodbUri: string): Promise<string> => {
  const error: unknown = await openConnection({ mongodbUri, dataFolder: "unused" }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(StoreRefused);
  return (error as StoreRefused).message;
};

test("a MongoDB that does not answer is refused in a few seconds, without its password", async () => {
  const began = Date.now();
  const message = await refusalOf("mongodb://user:s3cret%40@127.0.0.1:1/rocas?replicaSet=rs0");
  expect(message).toMatch(/^The MongoDB at mongodb:\/\/127\.0\.0\.1:1\/rocas does not answer\./);
  expect(Date.now() - began).toBeLessThan(8_000);
});

test("an address that is none is refused without being shown", async () => {
  expect(await refusalOf("mongodb://user:s3cret@/rocas")).not.toContain("s3cret");
  expect(await refusalOf("postgres://user:s3cret@host/db")).toMatch(/no valid MongoDB connection string/);
  expect(await refusalOf("mongodb://user:s3cret:@host:notaport/rocas")).not.toContain("s3cret");
});

test("a MongoDB without a replica set is refused with what to do", async () => {
  const folder = await mkdtemp(join(tmpdir(), "rocas-refused-"));
  const standalone = await openKillableStore(folder);
  const socket = standalone.database.client.options.hosts[0]!.socketPath!;
  const message = await refusalOf(`mongodb://${encodeURIComponent(socket)}/rocas?directConnection=true`);
  await standalone.kill();
  await rm(folder, { recursive: true, force: true });
  expect(message).toMatch(/is no replica set\. Start mongod with --replSet/);
});
