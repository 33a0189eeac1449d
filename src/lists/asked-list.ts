import { DomainError } from "../errors.js";
import type { RequestContext } from "../request-context.js";
import { keyOf } from "../store/key-of.js";
import { type Asking, RECORD } from "./filter/criterion.js";
import { ANYTHING } from "./filter/demand.js";
import type { BroadRead, ListRequest } from "./list-request.js";
import type { ListArgs, Listing } from "./listing.js";
import { pageRequest } from "./page.js";

const MOST_CONDITIONS = 100;

function askingOf({ app, loaders }: RequestContext, { name }: Listing): Asking {
  let conditions = 0;
  return {
    detailsIndexes: new Set(app.settings.ROCAS_DETAILS_INDEXES.get(name) ?? []),
    async idOf(kind, of) {
      const loader = kind === "project" ? loaders.projectByKey : loaders.modelByKey;
      return (await loader.load(keyOf(of)))?._id ?? null;
    },
    spend(path) {
      conditions += 1;
      if (conditions > MOST_CONDITIONS)
        throw new DomainError("LIMIT_EXCEEDED", `A filter has at most ${MOST_CONDITIONS} conditions.`, path);
    },
  };
}

/** A list's arguments as the store takes them. @throws BAD_USER_INPUT, LIMIT_EXCEEDED */
export async function askedList(context: RequestContext, listing: Listing, args: ListArgs): Promise<ListRequest> {
  const order = listing.orders.order(args.orderBy ?? []);
  const { settings, cursors } = context.app;
  return {
    page: pageRequest(args, order, {
      mostPerPage: settings.ROCAS_MAX_PAGE,
      cursors,
      list: cursorList(listing, order.name),
    }),
    demand: args.filter ? await listing.filter.demand(args.filter, RECORD, askingOf(context, listing)) : ANYTHING,
    isWholeAllowed: listing.isCatalogue,
  };
}

/** The list that a cursor is good for. */
export const cursorList = ({ name }: Listing, order: string): string => `${name} ${order}`;

/** The refusal of a list that would read too much, in the words of those who asked for it. */
export const tooBroad = (reason: BroadRead): DomainError =>
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
