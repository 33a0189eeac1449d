import { EJSON } from "bson";
import DataLoader from "dataloader";
import type { RawDocument } from "../documents/raw-document.js";
import type { Page } from "../graph/connection.js";
import type { AnyRecord } from "../graph/stored-record.js";
import type { RecordReads } from "../store/read-records.js";
import type { Records } from "../store/store.js";
import { countUpToLimit } from "./find-page.js";
import {
  type BroadReadFault,
  broadReadFault,
  isIndexOrdered,
  type ListQuery,
  matchOf,
  pageStages,
  toPage,
} from "./list-query.js";

/**
 * Loads pages of the children of many parents. One aggregate serves all parents that ask for the same page. Fetching
 * all children would cost sixty times as much at a thousand children each.
 */
export class ChildPages<C extends AnyRecord> {
  private readonly loaders = new Map<string, unknown>();

  /**
   * @param reads of the children.
   * @param foreignField the field, or path into snapshots, in which a child refers to its parent.
   * @param localField the field of the parent that it refers to.
   */
  constructor(
    private readonly parents: Records<AnyRecord>,
    private readonly children: Records<C>,
    private readonly reads: RecordReads,
    private readonly foreignField: string,
    private readonly localField: "_id" | "key" = "_id",
  ) {}

  /** Returns the pages of one parent. Requests of one tick are gathered. */
  of(parent: string) {
    return {
      readFault: (query: ListQuery) => this.readFault(parent, query),
      page: (query: ListQuery) => this.page(parent, query),
      count: (query: ListQuery) => this.count(parent, query),
    };
  }

  private async page(parent: string, query: ListQuery): Promise<Page<RawDocument>> {
    const found = await this.loader("page", query, () =>
      this.joined(pageStages(query, this.reads.fields), (children) => children),
    ).load(parent);
    return toPage(found, query.page);
  }

  private count(parent: string, { among, predicate }: ListQuery): Promise<number> {
    return this.loader("count", { among, predicate }, () =>
      this.joined(
        [{ $match: matchOf({ ...(among && { among }), predicate }) }, { $count: "n" }],
        ([count]) => (count?.get("n") as number | undefined) ?? 0,
      ),
    ).load(parent);
  }

  /** Returns the reason why the list would read too much, for all parents of one tick together, or null. */
  private async readFault(parent: string, query: ListQuery): Promise<BroadReadFault | null> {
    if (isIndexOrdered(query, true)) return null;
    return this.loader(
      "readFault",
      { predicate: query.predicate, order: query.page.order },
      () =>
        new DataLoader<string, BroadReadFault | null>(async (ids) => {
          const parentConditions = [{ where: { [this.foreignField]: { $in: [...ids] } }, isIdOrdered: true }];
          const fault = await broadReadFault(query, parentConditions, (where) => countUpToLimit(this.children, where));
          return ids.map(() => fault);
        }),
    ).load(parent);
  }

  /** Returns the loader that is shared by equal queries. */
  private loader<R>(what: string, query: object, make: () => DataLoader<string, R>): DataLoader<string, R> {
    const key = `${what} ${EJSON.stringify(query)}`;
    const known = (this.loaders.get(key) as DataLoader<string, R> | undefined) ?? make();
    this.loaders.set(key, known);
    return known;
  }

  /** @param pipeline constants with bound values. */
  private joined<R>(pipeline: object[], result: (children: readonly RawDocument[]) => R): DataLoader<string, R> {
    return new DataLoader<string, R>(async (ids) => {
      const found = await this.reads.documents.aggregate(this.parents.collection.collectionName, {
        most: ids.length,
        pipeline: [
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
        ],
      });
      const byParent = new Map(found.map((each) => [each._id, each.documents("children")]));
      return ids.map((id) => result(byParent.get(id) ?? []));
    });
  }
}
