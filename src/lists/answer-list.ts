import { DomainError } from "../errors.js";
import type { RawDocument } from "../documents/raw-document.js";
import { type Connection, connection, type Page } from "../graph/connection.js";
import { keyOf } from "../graph/id.js";
import type { AnyRecord } from "../graph/stored-record.js";
import type { RecordKind } from "../kinds/record-kind.js";
import type { RequestContext } from "../request-context.js";
import { HAS_SEQ } from "../store/generations.js";
import type { ChildPages } from "./child-pages.js";
import { type FilterContext, RECORD_SCOPE } from "./filter/criterion.js";
import { MATCH_ALL } from "./filter/predicate.js";
import { countMatching, findPage, listReadFault } from "./find-page.js";
import type { BroadReadFault, ListQuery } from "./list-query.js";
import type { ListArgs, Listing } from "./listing.js";
import type { Order } from "./order.js";
import { nearestBeyond, type PageArgs, pageRequest } from "./page.js";

/** Answers a list of all current records of a type: one aggregate, and counts if no index gives the order. */
export function answerList(
  context: RequestContext,
  { kind, listing }: Pick<RecordKind, "kind" | "listing">,
  args: ListArgs,
): Promise<Connection<RawDocument>> {
  const records = context.app.store.byKind[kind];
  const reads = context.loaders.readsOf(kind);
  return answerConnection(
    context,
    listing,
    {
      readFault: (query) => listReadFault(records, query),
      page: (query) => findPage(reads, query),
      count: (query) => countMatching(records, query),
    },
    args,
  );
}

/** Answers a list of the children of a record: one aggregate for all parents. */
export const answerChildren = <C extends AnyRecord>(
  context: RequestContext,
  listing: Listing,
  children: ChildPages<C>,
  parent: string,
  args: ListArgs,
): Promise<Connection<RawDocument>> => answerConnection(context, listing, children.of(parent), args);

/** The source of the records of a list. */
interface ListSource<T> {
  /** Returns the reason why the list would read too much, or null. */
  readFault(query: ListQuery): Promise<BroadReadFault | null>;
  page(query: ListQuery): Promise<Page<T>>;
  count(query: ListQuery): Promise<number>;
}

/**
 * Answers a list of the records of a source that match a filter.
 * @throws BAD_USER_INPUT, LIMIT_EXCEEDED, FILTER_TOO_BROAD
 */
async function answerConnection<T>(
  context: RequestContext,
  listing: Listing,
  source: ListSource<T>,
  args: ListArgs,
): Promise<Connection<T>> {
  const query = await listQueryOf(context, listing, args);
  const refused = await source.readFault(query);
  if (refused) throw filterTooBroad(refused);
  return pageConnection(context, cursorScope(listing, query.page.order.name), source, query);
}

/** Returns the connection of a page. @param list the scope of its cursors. */
async function pageConnection<T>(
  context: RequestContext,
  list: string,
  source: Pick<ListSource<T>, "page" | "count">,
  query: ListQuery,
): Promise<Connection<T>> {
  return connection(await source.page(query), query.page, {
    cursorOf: (position) => context.app.cursors.write(list, position),
    hasAny: async (side) => (await source.page({ ...query, page: nearestBeyond(side, query.page) })).records.length > 0,
    totalCount: () => source.count(query),
  });
}

const MAX_CONDITIONS = 100;

function filterContextOf({ app, loaders }: RequestContext, { name }: Listing): FilterContext {
  let conditions = 0;
  return {
    detailsIndexes: new Set(app.settings.ROCAS_DETAILS_INDEXES.get(name) ?? []),
    async idOf(kind, of) {
      const loader = kind === "project" ? loaders.projectByKey : loaders.modelByKey;
      return (await loader.load(keyOf(of)))?._id ?? null;
    },
    countCondition(path) {
      conditions += 1;
      if (conditions > MAX_CONDITIONS)
        throw new DomainError("LIMIT_EXCEEDED", `A filter has at most ${MAX_CONDITIONS} conditions.`, path);
    },
  };
}

/** Returns the query of a list's arguments. @throws BAD_USER_INPUT, LIMIT_EXCEEDED */
async function listQueryOf(context: RequestContext, listing: Listing, args: ListArgs): Promise<ListQuery> {
  const order = listing.orders.order(args.orderBy ?? []);
  const { settings, cursors } = context.app;
  return {
    page: pageRequest(args, order, {
      maxPerPage: settings.ROCAS_MAX_PAGE,
      cursors,
      list: cursorScope(listing, order.name),
    }),
    predicate: args.filter
      ? await listing.filter.predicate(args.filter, RECORD_SCOPE, filterContextOf(context, listing))
      : MATCH_ALL,
    isWholeAllowed: listing.isCatalogue,
  };
}

/** Returns the list for which a cursor is valid. */
const cursorScope = ({ name }: Listing, order: string): string => `${name} ${order}`;

/** Returns the error for a list that would read too much. */
const filterTooBroad = (reason: BroadReadFault): DomainError =>
  reason === "UNBOUND"
    ? new DomainError(
        "FILTER_TOO_BROAD",
        "No index serves all of this filter and order: give an indexed condition beside it (the project or model, the name, an id, a state, a range of `createdAt`, or a path of ROCAS_DETAILS_INDEXES).",
        ["filter"],
      )
    : new DomainError(
        "FILTER_TOO_BROAD",
        "No index serves all of this filter and order, and what the indexed conditions leave are more than 10,000 records: narrow it.",
        ["filter"],
      );

/** The order by `seq`, the latest first. */
const NEWEST_GENERATION: Order = { name: "generation", indexed: "seq", keys: [], direction: -1, isUnique: true };

/** Answers a list of all records of a key, the newest first. @throws BAD_USER_INPUT */
export function answerGenerations<T>(
  context: RequestContext,
  type: string,
  source: Pick<ListSource<T>, "page" | "count">,
  args: PageArgs,
): Promise<Connection<T>> {
  const { settings, cursors } = context.app;
  const list = `${type} generations`;
  const page = pageRequest(args, NEWEST_GENERATION, { maxPerPage: settings.ROCAS_MAX_PAGE, cursors, list });
  return pageConnection(context, list, source, { among: HAS_SEQ, page, predicate: MATCH_ALL, isWholeAllowed: false });
}
