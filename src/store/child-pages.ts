import DataLoader from "dataloader";
import type { Page } from "../graph/connection.js";
import type { PageRequest } from "../graph/page.js";
import type { AnyRecord } from "../graph/stored-record.js";
import { HIDDEN } from "./current.js";
import { asPage, conditions, direction, oneMore } from "./find-page.js";
import type { Records } from "./store.js";

type Found<C> = { readonly _id: string; readonly children: readonly C[] };

/**
 * A connection under a list: pages of the children of many parents, in one aggregate for all parents that ask for the
 * same page. Fetching all children would cost sixty times as much at a thousand children each.
 */
export class ChildPages<C extends AnyRecord> {
  private readonly pages = new Map<string, DataLoader<string, readonly C[]>>();
  private readonly counts: DataLoader<string, number>;

  /** @param foreignField holds the parent's id in the child; a path into snapshots too. */
  constructor(
    private readonly parents: Records<AnyRecord>,
    private readonly children: Records<C>,
    private readonly foreignField: string,
  ) {
    this.counts = this.loader<{ n: number }, number>(
      [{ $match: conditions({}, null) }, { $count: "n" }],
      ([count]) => count?.n ?? 0,
    );
  }

  async page(parent: string, request: PageRequest): Promise<Page<C>> {
    const key = JSON.stringify(request);
    const loader = this.pages.get(key) ?? this.pageLoader(request);
    this.pages.set(key, loader);
    return asPage(await loader.load(parent), request);
  }

  count(parent: string): Promise<number> {
    return this.counts.load(parent);
  }

  private pageLoader(request: PageRequest): DataLoader<string, readonly C[]> {
    const pipeline = [
      { $match: conditions({}, request) },
      { $sort: { _id: direction(request) } },
      { $limit: oneMore(request) },
      { $project: HIDDEN },
    ];
    return this.loader<C, readonly C[]>(pipeline, (children) => children);
  }

  private loader<F, R>(pipeline: object[], result: (found: readonly F[]) => R): DataLoader<string, R> {
    return new DataLoader<string, R>(async (ids) => {
      // The driver's own aggregate: these pipelines are constants of ours with bound values.
      const found = await this.parents.collection
        .aggregate<Found<F>>([
          { $match: { _id: { $in: [...ids] } } },
          { $project: { _id: 1 } },
          {
            $lookup: {
              from: this.children.collection.collectionName,
              localField: "_id",
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
