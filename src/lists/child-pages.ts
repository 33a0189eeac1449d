import { EJSON } from "bson";
import DataLoader from "dataloader";
import type { Page } from "../graph/connection.js";
import type { AnyRecord } from "../graph/stored-record.js";
import { loadBeside, PLACED } from "../store/generations.js";
import type { Records } from "../store/store.js";
import {
  asPage,
  type BroadReadFault,
  broadReadFault,
  matchOf,
  countMatching,
  countUpToLimit,
  findPage,
  isIndexOrdered,
  type ListQuery,
  pageStages,
} from "./list-query.js";

type Joined<C> = { readonly _id: string; readonly children: readonly C[] };

/**
 * A connection under a list: pages of the children of many parents, in one aggregate for all parents that ask for the
 * same page. Fetching all children would cost sixty times as much at a thousand children each.
 */
export class ChildPages<C extends AnyRecord> {
  private readonly loaders = new Map<string, unknown>();

  /**
   * @param foreignField holds the parent's id in the child; a path into snapshots too.
   * @param localField what it holds of the parent, if that is not the id.
   */
  constructor(
    private readonly parents: Records<AnyRecord>,
    private readonly children: Records<C>,
    private readonly foreignField: string,
    private readonly localField: "_id" | "key" = "_id",
  ) {}

  /** Of one parent; what several are asked at a time is one call. */
  of(parent: string) {
    return {
      readFault: (query: ListQuery) => this.readFault(parent, query),
      page: (query: ListQuery) => this.page(parent, query),
      count: (query: ListQuery) => this.count(parent, query),
    };
  }

  private async page(parent: string, query: ListQuery): Promise<Page<C>> {
    const found = await this.loader("page", query, () =>
      this.joined<C, readonly C[]>(pageStages(query), (children) => children),
    ).load(parent);
    return asPage(found, query.page);
  }

  private count(parent: string, { among, predicate: demand }: ListQuery): Promise<number> {
    return this.loader("count", { among, demand }, () =>
      this.joined<{ n: number }, number>(
        [{ $match: matchOf({ ...(among && { among }), predicate: demand }) }, { $count: "n" }],
        ([count]) => count?.n ?? 0,
      ),
    ).load(parent);
  }

  /** True if the list would read more than it may, for all parents that ask for it at a time. */
  private async readFault(parent: string, query: ListQuery): Promise<BroadReadFault | null> {
    if (isIndexOrdered(query, true)) return null;
    return this.loader(
      "readFault",
      { demand: query.predicate, order: query.page.order },
      () =>
        new DataLoader<string, BroadReadFault | null>(async (ids) => {
          const around = [{ where: { [this.foreignField]: { $in: [...ids] } }, isIdOrdered: true }];
          const fault = await broadReadFault(query, around, (where) => countUpToLimit(this.children, where));
          return ids.map(() => fault);
        }),
    ).load(parent);
  }

  /** One loader for all that ask for the same at a time. */
  private loader<R>(what: string, asked: object, make: () => DataLoader<string, R>): DataLoader<string, R> {
    const key = `${what} ${EJSON.stringify(asked)}`;
    const known = (this.loaders.get(key) as DataLoader<string, R> | undefined) ?? make();
    this.loaders.set(key, known);
    return known;
  }

  private joined<F, R>(pipeline: object[], result: (found: readonly F[]) => R): DataLoader<string, R> {
    return new DataLoader<string, R>(async (ids) => {
      // The driver's own aggregate: these pipelines are constants of ours with bound values.
      const found = await this.parents.collection
        .aggregate<Joined<F>>([
          { $match: { _id: { $in: [...ids] } } },
          { $project: { _id: 1, [this.localField]: 1 } },
          {
            $lookup: {
              from: this.children.collection.collectionName,
              localField: this.localField,
              foreignField: this.foreignField,
              pipeline,
              as: "children",
            },
          },
        ] as object[])
        .batchSize(ids.length + 1)
        .toArray();
      const byParent = new Map(found.map(({ _id, children }) => [_id, children]));
      return ids.map((id) => result((byParent.get(id) ?? []) as readonly F[]));
    });
  }
}

/** The records of names: what superseded what. */
export interface GenerationLoaders<T extends AnyRecord> {
  /** The record before one of its name, or null. */
  readonly earlier: DataLoader<T, T | null, string>;
  /** The record after one of its name, or null. */
  readonly later: DataLoader<T, T | null, string>;
  /** All of the name of a record: one aggregate for all that are asked at a time. */
  readonly beside: ChildPages<T>;
  /** All of one name, also if none is current. */
  of(key: string): {
    page(query: ListQuery): Promise<Page<T>>;
    count(query: ListQuery): Promise<number>;
  };
}

export function generationLoaders<T extends AnyRecord>(records: Records<T>): GenerationLoaders<T> {
  const named = (key: string, query: ListQuery): ListQuery => ({ ...query, among: { ...PLACED, key } });
  return {
    earlier: loadBeside(records, "earlier"),
    later: loadBeside(records, "later"),
    beside: new ChildPages(records as unknown as Records<AnyRecord>, records, "key", "key"),
    of: (key) => ({
      page: (query) => findPage(records, named(key, query)),
      count: (query) => countMatching(records, named(key, query)),
    }),
  };
}
