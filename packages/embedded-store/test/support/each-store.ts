import { afterAll, beforeAll, describe } from "vitest";
import {
  type ContractStore,
  openContractStore,
  type StoreKind,
  storesHere,
  type TestDatabase,
} from "./contract-store.js";

/** Runs the tests on every store that is here; each asks for a database of its own. */
export function eachStore(tests: (database: () => TestDatabase, kind: StoreKind) => void): void {
  describe.each(storesHere)("the %s store", (kind) => {
    let store: ContractStore;
    beforeAll(async () => {
      store = await openContractStore(kind);
    });
    afterAll(() => store[Symbol.asyncDispose]());
    tests(() => store.database(), kind);
  });
}
