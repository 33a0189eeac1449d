import type { mongo } from "mongoose";

export interface Entry {
  _id: string;
  key: string;
  version: number;
  tags: string[];
}

/** What is known of one document: what was acknowledged, and what was asked for last without an answer. */
interface Known {
  acknowledged: number | "gone";
  asked?: number | "gone";
}

const tagsOf = (version: number): string[] => [`v${version % 7}`, `w${version % 3}`];

/** Writes documents one change after the other, and remembers what the store acknowledged. */
export class Ledger {
  private readonly known = new Map<string, Known>();
  private round = 0;

  /** Goes on until the store is gone. */
  async write(entries: mongo.Collection<Entry>, writers: number): Promise<void> {
    this.round += 1;
    await Promise.all(Array.from({ length: writers }, (_, writer) => this.writeAs(`${this.round}-${writer}`, entries)));
  }

  private async writeAs(name: string, entries: mongo.Collection<Entry>): Promise<void> {
    try {
      for (let count = 0; ; count += 1) {
        const _id = `${name}-${count}`;
        await this.step(_id, 0, () => entries.insertOne({ _id, key: `k${_id}`, version: 0, tags: tagsOf(0) }));
        await this.step(_id, 1, () =>
          entries.updateOne(
            { _id, version: 0 },
            { $set: { tags: tagsOf(1), key: `moved ${_id}` }, $inc: { version: 1 } },
          ),
        );
        if (count % 3 === 0) await this.step(_id, "gone", () => entries.deleteOne({ _id }));
      }
    } catch {
      // The store was killed: what was asked for last may or may not have been done.
    }
  }

  private async step(_id: string, state: number | "gone", change: () => Promise<unknown>): Promise<void> {
    const known = this.known.get(_id) ?? { acknowledged: "gone" };
    this.known.set(_id, { ...known, asked: state });
    await change();
    this.known.set(_id, { acknowledged: state });
  }

  /** What the store should hold and does not, or holds and should not. */
  async lost(entries: mongo.Collection<Entry>): Promise<string[]> {
    const found = new Map(
      (await entries.find().hint({ $natural: 1 }).toArray()).map((entry) => [entry._id, entry.version]),
    );
    const lost = [...this.known].filter(([_id, { acknowledged, asked }]) => {
      const state = found.get(_id) ?? "gone";
      return state !== acknowledged && state !== asked;
    });
    // Whichever way the last question went, from here on that is the state.
    for (const [_id] of this.known) this.known.set(_id, { acknowledged: found.get(_id) ?? "gone" });
    return lost.map(([_id]) => _id);
  }

  get acknowledgements(): number {
    return this.known.size;
  }
}

/** Documents that one index finds otherwise than reading all of them does. */
export async function disagreements(entries: mongo.Collection<Entry>): Promise<string[]> {
  const all = await entries.find().hint({ $natural: 1 }).toArray();
  const expected = JSON.stringify(all.map(({ _id }) => _id).sort());
  const wrong: string[] = [];
  for (const { key, name } of await entries.indexes()) {
    const throughIndex = await entries
      .find()
      .hint(key as mongo.Document)
      .toArray();
    if (JSON.stringify(throughIndex.map(({ _id }) => _id).sort()) !== expected) wrong.push(String(name));
  }
  for (const tag of ["v0", "v1", "w0", "w1"]) {
    const tagged = all.filter(({ tags }) => tags.includes(tag)).length;
    if ((await entries.countDocuments({ tags: tag })) !== tagged) wrong.push(`tags ${tag}`);
  }
  return wrong;
}
