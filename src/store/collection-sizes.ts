import type { Store } from "./store.js";

/** The size of a collection. */
export interface CollectionSize {
  readonly name: string;
  readonly documents: number;
  /** The size of the documents before compression, without indexes. */
  readonly bytes: number;
}

/** Returns the sizes of all collections of the database, by name. */
export async function collectionSizes({ connection }: Pick<Store, "connection">): Promise<CollectionSize[]> {
  const db = connection.db!;
  const found = await db.listCollections({}, { nameOnly: true }).toArray();
  const names = found.map(({ name }) => name).filter((name) => !name.startsWith("system."));
  const sizes = await Promise.all(
    names.map(async (name): Promise<CollectionSize> => {
      const { count, size } = await db.command({ collStats: name });
      return { name, documents: Number(count), bytes: Number(size) };
    }),
  );
  return sizes.sort((one, other) => (one.name < other.name ? -1 : 1));
}
