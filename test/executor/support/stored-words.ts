import { getNamedType } from "graphql";
import { KINDS, namesOf, TYPE_OF_KIND } from "../../../src/graph/id.js";
import type { AnyRecord } from "../../../src/graph/stored-record.js";
import type { TestApp } from "../../support/open-test-app.js";

/** The values that stand in the store, for arguments that find something. */
export interface StoredWords {
  readonly records: readonly { readonly type: string; readonly id: string; readonly names: readonly string[] }[];
  readonly ids: readonly string[];
  readonly texts: readonly string[];
  readonly times: readonly string[];
  readonly detailKeys: readonly string[];
  /** Cursors by the type of the connection, with the order that they belong to. */
  readonly cursors: Readonly<Record<string, readonly Cursor[]>>;
}

export interface Cursor {
  readonly after: string;
  readonly orderBy: readonly object[] | null;
}

const ORDERS = [null, [{ field: "CREATED_AT" }], [{ field: "MODIFIED_AT", direction: "DESC" }]];
const LISTS = ["models", "projects", "datasets", "modelVersions", "builds", "buildVersions"].concat([
  "trainings",
  "deployments",
  "treasureChests",
]);

/** Reads them from the store itself. */
export async function storedWords(app: TestApp): Promise<StoredWords> {
  const { byKind } = app.app.store;
  const found = await Promise.all(KINDS.map((kind) => byKind[kind].find({}).lean() as Promise<AnyRecord[]>));
  const records = KINDS.flatMap((kind, index) =>
    found[index]!.map(({ _id, key }) => ({ type: TYPE_OF_KIND[kind], id: _id, names: namesOf(String(key)) })),
  );
  return {
    records,
    ids: records.map(({ id }) => id),
    texts: [...new Set(records.flatMap(({ names }) => names)), "local", "a.csv", "part-1/1.bin", "train.ipynb"],
    times: found.flat().flatMap(({ created_at: at }) => (at instanceof Date ? [at.toISOString()] : [])),
    detailKeys: ["a", "metrics", "accuracy", "0", 'q"uote', "dotted.key"],
    cursors: Object.fromEntries(await Promise.all(LISTS.map((list) => cursorsOf(app, list)))),
  };
}

async function cursorsOf(app: TestApp, list: string): Promise<[string, Cursor[]]> {
  const order = `${list.charAt(0).toUpperCase()}${list.slice(1, -1)}Order`;
  const query = `query ($orderBy: [${order}!]) { ${list}(first: 5, orderBy: $orderBy) { edges { cursor } } }`;
  const pages = ORDERS.map(async (orderBy) => {
    const { data } = await app.execute(query, { orderBy });
    // There is no page with damaged records.
    const edges = (data?.[list]?.edges ?? []) as { cursor: string }[];
    return edges.map(({ cursor: after }) => ({ after, orderBy }));
  });
  const type = getNamedType(app.schema.getQueryType()!.getFields()[list]!.type).name;
  return [type, (await Promise.all(pages)).flat()];
}
