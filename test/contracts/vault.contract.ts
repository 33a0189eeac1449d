import { describe, expect, test } from "vitest";
import type { Vault } from "../../src/vault/vault.js";

export interface OpenVault extends AsyncDisposable {
  readonly vault: Vault;
}

/** What every adapter of Vault owes. */
export function vaultContract(name: string, open: () => Promise<OpenVault>): void {
  describe(name, () => {
    test("a secret comes back as it was kept", async () => {
      await using opened = await open();
      const secret = { username: "grâce", password: 'p"ss\\wörd\u0000\n🔑' };

      await opened.vault.keep("chest_a", 1, secret);

      expect(await opened.vault.open("chest_a", 1)).toEqual(secret);
    });

    test("keeping the same version again replaces it", async () => {
      await using opened = await open();
      await opened.vault.keep("chest_a", 1, { username: "u", password: "first" });

      await opened.vault.keep("chest_a", 1, { username: "u", password: "second" });

      expect(await opened.vault.open("chest_a", 1)).toEqual({ username: "u", password: "second" });
    });

    test("versions of a chest are kept side by side", async () => {
      await using opened = await open();
      await opened.vault.keep("chest_a", 1, { username: "u", password: "first" });

      await opened.vault.keep("chest_a", 2, { username: "u", password: "second" });

      expect(await opened.vault.open("chest_a", 1)).toEqual({ username: "u", password: "first" });
    });

    test("what is not kept is NOT_FOUND", async () => {
      await using opened = await open();
      await opened.vault.keep("chest_a", 1, { username: "u", password: "p" });

      await expect(opened.vault.open("chest_a", 2)).rejects.toMatchObject({ code: "NOT_FOUND" });
      await expect(opened.vault.open("chest_b", 1)).rejects.toMatchObject({ code: "NOT_FOUND" });
    });

    test("forgetting a chest forgets all its versions and no other's", async () => {
      await using opened = await open();
      const secret = { username: "u", password: "p" };
      for (const version of [1, 2, 10]) await opened.vault.keep("chest_a", version, secret);
      await opened.vault.keep("chest_ab", 1, secret);

      await opened.vault.forget("chest_a");
      await opened.vault.forget("chest_a");

      for (const version of [1, 2, 10])
        await expect(opened.vault.open("chest_a", version)).rejects.toMatchObject({ code: "NOT_FOUND" });
      expect(await opened.vault.open("chest_ab", 1)).toEqual(secret);
    });

    test("a signature is the same for the same text and purpose, and for no other", async () => {
      await using opened = await open();
      const { vault } = opened;

      const signature = vault.sign("ticket", "text");

      expect(signature).toHaveLength(32);
      expect(vault.sign("ticket", "text").equals(signature)).toBe(true);
      expect(vault.sign("ticket", "texts").equals(signature)).toBe(false);
      expect(vault.sign("token", "text").equals(signature)).toBe(false);
    });
  });
}
