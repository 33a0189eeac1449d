import type { GenerationLoaders } from "../graph/generation-loaders.js";
import type { AnyRecord } from "../graph/stored-record.js";
import { ChildPages } from "./child-pages.js";
import { countPaged, findPage } from "./find-page.js";
import { loadBeside, PLACED } from "./generations.js";
import type { ListRequest } from "./list-request.js";
import type { Records } from "./store.js";

export function generationLoaders<T extends AnyRecord>(records: Records<T>): GenerationLoaders<T> {
  const named = (key: string, request: ListRequest): ListRequest => ({ ...request, among: { ...PLACED, key } });
  return {
    earlier: loadBeside(records, "earlier"),
    later: loadBeside(records, "later"),
    beside: new ChildPages(records as unknown as Records<AnyRecord>, records, "key", "key"),
    of: (key) => ({
      page: (request) => findPage(records, named(key, request)),
      count: (request) => countPaged(records, named(key, request)),
    }),
  };
}
