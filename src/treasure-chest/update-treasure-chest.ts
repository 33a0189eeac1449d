import { randomInt } from "node:crypto";
import type { App } from "../app.js";
import { DomainError } from "../errors.js";
import { given, refuseNull } from "../graph/given.js";
import { changeRecord } from "../store/change-record.js";
import { type Intent, once } from "../store/intent.js";
import { required } from "../store/required.js";
import { chestIntent } from "./chest-intent.js";
import { givenOwner } from "./given-owner.js";
import { refuseShownSecret } from "./refuse-shown-secret.js";
import type { UpdateTreasureChestInput } from "./treasure-chest.inputs.js";
import type { TreasureChest } from "./treasure-chest.js";

const MOST_AHEAD = 2 ** 40;

/** @throws NOT_FOUND, BAD_USER_INPUT if only one half of the credentials is given, or the secret could be read. */
export function updateTreasureChest(
  { store, vault, work }: App,
  sent: Intent,
  input: UpdateTreasureChestInput,
): Promise<TreasureChest> {
  const intent = chestIntent(vault, sent, input);
  return once({ store, work }, intent, async () => {
    const chest = await required(store.treasureChests, "treasure chest", [input.name], ["input", "name"]);
    refuseNull(input, ["owner", "username", "password"]);
    const { username, password, desc } = input;
    if ((username == null) !== (password == null))
      throw new DomainError("BAD_USER_INPUT", "User name and password change together: give both.", [
        "input",
        username == null ? "username" : "password",
      ]);
    const owner = givenOwner(input);
    const details = input.details === undefined ? undefined : (input.details ?? {});
    const current =
      username == null || password == null ? await vault.open(chest._id, chest.secret_version) : { username, password };
    // A field that is left out stays, and must not show a new secret either.
    refuseShownSecret(current, { ...shownOf(chest), ...given({ owner, desc, details }) });
    // A number that nobody else takes: of two updates at once, one must not seal its secret over that of the other.
    const secret_version = username == null ? undefined : chest.secret_version + 1 + randomInt(MOST_AHEAD);
    // Kept first: until the record names the number, the one before is the chest's secret.
    if (secret_version !== undefined) await vault.keep(chest._id, secret_version, current);
    return changeRecord(store.treasureChests, chest._id, () => given({ owner, desc, details, secret_version }), intent);
  });
}

const shownOf = ({ name, owner, desc, details }: TreasureChest) => ({ name, owner, desc, details });
