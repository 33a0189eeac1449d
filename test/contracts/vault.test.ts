import { FakeVault } from "../fakes/fake-vault.js";
import { openSealedVault } from "../support/open-sealed-vault.js";
import { vaultContract } from "./vault.contract.js";

vaultContract("a vault in memory", async () => ({ vault: new FakeVault(), async [Symbol.asyncDispose]() {} }));
vaultContract("a vault in the store", () => openSealedVault());
