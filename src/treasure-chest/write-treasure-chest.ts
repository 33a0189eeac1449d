import { randomInt } from "node:crypto";
import type { App } from "../app.js";
import { DomainError } from "../errors.js";
import { generateName } from "../graph/generate-name.js";
import { keyOf, newId } from "../graph/id.js";
import { refuseNull, withoutUndefined } from "../graph/mutation-input.js";
import { changeRecord, requireWhole } from "../store/change-record.js";
import { idempotent, type Intent } from "../store/idempotency.js";
import { insertRecord } from "../store/insert-record.js";
import type { Vault } from "../vault/vault.js";
import type { CreateTreasureChestInput, UpdateTreasureChestInput } from "./treasure-chest.inputs.js";
import type { TreasureChest } from "./treasure-chest.js";
import { refuseReadableSecret } from "./refuse-readable-secret.js";

/** @throws BAD_USER_INPUT if the owner is empty. */
function checkedOwner({ owner }: { readonly owner?: string | null }): string | undefined {
  if (owner === "") throw new DomainError("BAD_USER_INPUT", "An owner has at least one character.", ["input", "owner"]);
  return owner ?? undefined;
}

/** Keyed hashes replace the secrets, since a hash of the input is stored. */
function withHashedSecrets(
  vault: Vault,
  intent: Intent,
  secrets: { username?: string | null; password?: string | null },
): Intent {
  const hidden = (secret: string | null | undefined) => secret && vault.sign("idempotency", secret).toString("hex");
  return {
    ...intent,
    input: { ...intent.input, username: hidden(secrets.username), password: hidden(secrets.password) },
  };
}

/** @throws ALREADY_EXISTS, BAD_USER_INPUT if a readable field contains the secret. */
export function createTreasureChest(
  { store, vault, work }: App,
  plainIntent: Intent,
  input: CreateTreasureChestInput,
): Promise<TreasureChest> {
  const intent = withHashedSecrets(vault, plainIntent, input);
  return idempotent({ store, work }, intent, async () => {
    const { desc = null, details, username, password } = input;
    const name = input.name ?? generateName();
    const owner = checkedOwner(input) ?? intent.caller.name;
    refuseReadableSecret({ username, password }, { name, owner, desc, details });
    const _id = newId("tchest");
    // Sealed first: a crash leaves a secret without a record, never the reverse.
    await vault.keep(_id, 1, { username, password });
    try {
      return await insertRecord(
        store.treasureChests,
        { _id, key: keyOf(name), name, owner, desc, details: details ?? {}, secret_version: 1 },
        intent,
      );
    } catch (error) {
      // Only after a refusal: an insert without an answer may have succeeded.
      if (error instanceof DomainError) await vault.forget(_id);
      throw error;
    }
  });
}

const MAX_VERSION_STEP = 2 ** 40;

/** @throws NOT_FOUND, BAD_USER_INPUT for half of a pair or a readable secret. */
export function updateTreasureChest(
  { store, vault, work }: App,
  plainIntent: Intent,
  input: UpdateTreasureChestInput,
): Promise<TreasureChest> {
  const intent = withHashedSecrets(vault, plainIntent, input);
  return idempotent({ store, work }, intent, async () => {
    const target = await requireWhole(store.treasureChests, "treasure chest", [input.name], ["input", "name"]);
    const chest = target.whole;
    refuseNull(input, ["owner", "username", "password"]);
    const { username, password, desc } = input;
    if ((username == null) !== (password == null))
      throw new DomainError("BAD_USER_INPUT", "User name and password change together: give both.", [
        "input",
        username == null ? "username" : "password",
      ]);
    const owner = checkedOwner(input);
    const details = input.details === undefined ? undefined : (input.details ?? {});
    const current =
      username == null || password == null ? await vault.open(chest._id, chest.secret_version) : { username, password };
    // Fields left out stay; they must not show a new secret either.
    refuseReadableSecret(current, { ...readableFields(chest), ...withoutUndefined({ owner, desc, details }) });
    // Random, so that of two updates none seals over the other's secret.
    const secret_version = username == null ? undefined : chest.secret_version + 1 + randomInt(MAX_VERSION_STEP);
    // Kept first: until the record has the number, the earlier secret counts.
    if (secret_version !== undefined) await vault.keep(chest._id, secret_version, current);
    return changeRecord(
      store.treasureChests,
      target,
      () => withoutUndefined({ owner, desc, details, secret_version }),
      intent,
    );
  });
}

const readableFields = ({ name, owner, desc, details }: TreasureChest) => ({ name, owner, desc, details });
