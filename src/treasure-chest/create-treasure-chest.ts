import type { App } from "../app.js";
import { DomainError } from "../errors.js";
import { newId } from "../graph/id.js";
import { madeUpName } from "../graph/made-up-name.js";
import { insertRecord } from "../store/insert-record.js";
import { type Intent, once } from "../store/intent.js";
import { keyOf } from "../store/key-of.js";
import { chestIntent } from "./chest-intent.js";
import { givenOwner } from "./given-owner.js";
import { refuseShownSecret } from "./refuse-shown-secret.js";
import type { CreateTreasureChestInput } from "./treasure-chest.inputs.js";
import type { TreasureChest } from "./treasure-chest.js";

/** @throws ALREADY_EXISTS, BAD_USER_INPUT if the secret stands in a field that can be read. */
export function createTreasureChest(
  { store, vault, work }: App,
  sent: Intent,
  input: CreateTreasureChestInput,
): Promise<TreasureChest> {
  const intent = chestIntent(vault, sent, input);
  return once({ store, work }, intent, async () => {
    const { desc = null, details, username, password } = input;
    const name = input.name ?? madeUpName();
    const owner = givenOwner(input) ?? intent.caller.name;
    refuseShownSecret({ username, password }, { name, owner, desc, details });
    const _id = newId("tchest");
    // Sealed first: a crash before the insert leaves a sealed secret that no record names, never a chest without one.
    await vault.keep(_id, 1, { username, password });
    try {
      return await insertRecord(
        store.treasureChests,
        { _id, key: keyOf(name), name, owner, desc, details: details ?? {}, secret_version: 1 },
        intent,
      );
    } catch (error) {
      // Only if it was refused: an insert whose answer was lost may have made the chest, which needs its secret.
      if (error instanceof DomainError) await vault.forget(_id);
      throw error;
    }
  });
}
