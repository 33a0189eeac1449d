import { mongo, Schema } from "mongoose";
import { expect, test } from "vitest";
import { eachStore } from "../support/each-store.js";

interface Note {
  _id: string;
  text?: string;
  version: number;
  details?: Record<string, unknown>;
}

const schema = new Schema<Note>(
  {
    _id: { type: String, required: true },
    text: String,
    version: { type: Number, default: 0 },
    details: Schema.Types.Mixed,
  },
  { timestamps: true, minimize: false },
);
schema.index({ text: 1 }, { unique: true, partialFilterExpression: { text: { $exists: true } } });

const readAll = async (stream: NodeJS.ReadableStream): Promise<Buffer> => {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
};

eachStore((database) => {
  const opened = () => {
    const own = database();
    return { ...own, notes: own.connection.model<Note>("Note", schema, "notes") };
  };

  test("mongoose makes indexes, writes, reads lean and upserts with timestamps", async () => {
    await using store = opened();
    await store.notes.createIndexes();
    await store.notes.create({ _id: "a", text: "one" });
    await store.notes.updateOne({ _id: "b" }, { $set: { text: "two" } }, { upsert: true });
    await expect(store.notes.create({ _id: "c", text: "two" })).rejects.toMatchObject({ code: 11000 });
    const found = await store.notes.find({}, { text: 1 }).sort({ _id: 1 }).lean();
    expect(found).toEqual([
      { _id: "a", text: "one" },
      { _id: "b", text: "two" },
    ]);
  });

  test("a compare-and-set lets one of many win", async () => {
    await using store = opened();
    await store.notes.create({ _id: "a" });
    const tries = Array.from({ length: 20 }, () =>
      store.notes.updateOne({ _id: "a", version: 0 }, { $inc: { version: 1 } }),
    );
    const wins = (await Promise.all(tries)).filter(({ modifiedCount }) => modifiedCount === 1);
    expect(wins).toHaveLength(1);
  });

  test("GridFS keeps files of several chunks and takes them away", async () => {
    await using store = opened();
    const bucket = new mongo.GridFSBucket(store.db, { bucketName: "files" });
    const bytes = Buffer.alloc(700_000, "rocas");
    const upload = bucket.openUploadStream("model.bin", { metadata: { owner: "a" } });
    await new Promise((resolve, reject) => upload.on("finish", resolve).on("error", reject).end(bytes));
    expect((await readAll(bucket.openDownloadStream(upload.id))).equals(bytes)).toBe(true);
    expect(await bucket.find({ "metadata.owner": "a" }).toArray()).toMatchObject([
      { length: 700_000, filename: "model.bin" },
    ]);
    await bucket.delete(upload.id);
    expect(await store.db.collection("files.chunks").countDocuments()).toBe(0);
  });

  test("documents up to 16 MiB are kept, greater ones refused", async () => {
    await using store = opened();
    const big = "x".repeat(16 * 1024 * 1024 - 100);
    await store.notes.create({ _id: "big", text: big });
    expect((await store.notes.findById("big").lean())?.text).toHaveLength(big.length);
    const push = store.db
      .collection<Note>("notes")
      .updateOne({ _id: "big" }, { $set: { more: "y".repeat(1000) } } as object);
    await expect(push).rejects.toThrow();
  });
});
