import DataLoader from "dataloader";
import { EJSON } from "bson";
import type { Page } from "../graph/connection.js";
import type { AnyRecord } from "../graph/stored-record.js";
import { countSome } from "./find-page.js";
import {
  asPage,
  type BroadRead,
  broadRead,
  conditions,
  isStreamed,
  type ListRequest,
  pageStages,
} from "./list-request.js";
import type { Records } from "../store/store.js";

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
      judge: (request: ListRequest) => this.judge(parent, request),
      page: (request: ListRequest) => this.page(parent, request),
      count: (request: ListRequest) => this.count(parent, request),
    };
  }

  private async page(parent: string, request: ListRequest): Promise<Page<C>> {
    const found = await this.loader("page", request, () =>
      this.joined<C, readonly C[]>(pageStages(request), (children) => children),
    ).load(parent);
    return asPage(found, request.page);
  }

  private count(parent: string, { among, demand }: ListRequest): Promise<number> {
    return this.loader("count", { among, demand }, () =>
      this.joined<{ n: number }, number>(
        [{ $match: conditions({ ...(among && { among }), demand }) }, { $count: "n" }],
        ([count]) => count?.n ?? 0,
      ),
    ).load(parent);
  }

  /** True if the list would read more than it may, for all parents that ask for it at a time. */
  private async judge(parent: string, request: ListRequest): Promise<BroadRead | null> {
    if (isStreamed(request, true)) return null;
    return this.loader(
      "judge",
      { demand: request.demand, order: request.page.order },
      () =>
        new DataLoader<string, BroadRead | null>(async (ids) => {
          const around = [{ where: { [this.foreignField]: { $in: [...ids] } }, streams: true }];
          const verdict = await broadRead(request, around, (where) => countSome(this.children, where));
          return ids.map(() => verdict);
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
