import type { Intent } from "../store/intent.js";
import type { Vault } from "../vault/vault.js";

/** The intent with keyed hashes in place of the secrets: the hash that is kept of it must not help anybody guess them. */
export function chestIntent(
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
