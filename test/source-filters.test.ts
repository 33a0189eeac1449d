import { rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openBothSources } from "./support/both-sources.js";
import { writeTree } from "./support/temp-folder.js";

const DOCKERFILE = { Dockerfile: "FROM scratch\n" };
const LOCKED = "\0GITCRYPT\0 and what nobody can read";
const ANNEXED =
  "/annex/objects/SHA256E-s5242880--5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef.bin\n";

for (const from of ["GIT", "LOCAL"] as const)
  describe(`files that stand for something else, from ${from}`, () => {
    for (const [filter, content, said] of [
      ["git-crypt", LOCKED, 'encrypted by git-crypt: "a/key.pem". Rocas has no key: build from LOCAL'],
      ["git-crypt-team", LOCKED, 'encrypted by git-crypt: "a/key.pem"'],
      ["crypt", "U2FsdGVkX1+vupppZksvRf5pq5g5XjFRlipRkwB0K1Y=\n", "encrypted (OpenSSL, as by transcrypt)"],
      ["git-agecrypt", "age-encryption.org/v1\n-> X25519 x\n", "encrypted by age"],
      ["gpg", "-----BEGIN PGP MESSAGE-----\n\nx\n", "encrypted by PGP"],
      ["vault", "$ANSIBLE_VAULT;1.1;AES256\n6162\n", "encrypted by Ansible Vault"],
      ["fat", `#$# git-fat ${"a".repeat(40)}                 123\n`, "pointers of git-fat"],
      ["annex", ANNEXED, "pointers of git-annex"],
    ])
      test(`${filter} fails the build by the file's name`, async () => {
        const files = { ".gitattributes": `a/*.pem filter=${filter}\n`, "a/key.pem": content!, "b.pem": content! };
        await using both = await openBothSources({ ...DOCKERFILE, ...files, ".dockerignore": "b.pem\n" });

        await expect(both.opened(from)).rejects.toThrow(said);
        await writeTree(both.folder, { ".dockerignore": "*.pem\na\n" });
        both.commit();
        expect((await both.opened(from)).content).not.toHaveProperty("a/key.pem");
      });

    test("what is not filtered is what it is, and so is what a filter left readable", async () => {
      const files = { ".gitattributes": "*.key filter=git-crypt\n", "a.key": "readable", "plain.bin": LOCKED };
      await using both = await openBothSources({ ...DOCKERFILE, ...files });

      expect((await both.opened(from)).content).toMatchObject({ "a.key": "readable", "plain.bin": LOCKED });
    });

    test("attributes of a folder count below it, and none of them with an exception", async () => {
      const files = { "in/.gitattributes": "* filter=git-crypt\n*.txt !filter\n", "in/a.txt": LOCKED };
      await using both = await openBothSources({ ...DOCKERFILE, ...files });

      expect((await both.opened(from)).content).toMatchObject({ "in/a.txt": LOCKED });
      await writeTree(both.folder, { "in/deep/b.bin": LOCKED });
      both.commit();
      await expect(both.opened(from)).rejects.toThrow('"in/deep/b.bin"');
    });

    test("a link into git's own folder is refused, as git-annex makes it", async () => {
      await using both = await openBothSources(DOCKERFILE);
      await symlink(".git/annex/objects/aa/bb/SHA256E-s1--00/SHA256E-s1--00", join(both.folder, "w.bin"));
      both.commit();

      await expect(both.opened(from)).rejects.toThrow(/"w.bin" leads into git's own folder.*git annex unlock/);
    });

    test("Dockerfile.dockerignore counts in place of .dockerignore, as with BuildKit", async () => {
      const files = { "Dockerfile.dockerignore": "a.txt\n", ".dockerignore": "b.txt\n", "a.txt": "a", "b.txt": "b" };
      await using both = await openBothSources({ ...DOCKERFILE, ...files });

      const { content } = await both.opened(from);

      expect([content["a.txt"], content["b.txt"]]).toEqual([undefined, "b"]);
    });
  });

test("a filter that changes what is committed is named in the log of a build from GIT", async () => {
  const files = { ".gitattributes": "*.ipynb filter=nbstripout\n", "a.ipynb": "{}", "b.ipynb": "{}" };
  await using both = await openBothSources({ ...DOCKERFILE, ...files });

  const { content, log } = await both.opened("GIT");

  expect(content).toMatchObject({ "a.ipynb": "{}", "b.ipynb": "{}" });
  expect(log).toContain('The filter "nbstripout" of .gitattributes does not run here: "a.ipynb" and 1 more as the');
});

test("a folder outside git has attributes, too", async () => {
  const files = { ".gitattributes": "*.pem filter=git-crypt\n", "key.pem": LOCKED };
  await using both = await openBothSources({ ...DOCKERFILE, ...files });
  await rm(join(both.folder, ".git"), { recursive: true });

  await expect(both.opened("LOCAL")).rejects.toThrow('encrypted by git-crypt: "key.pem"');
});

describe("a repository of SHA-256", () => {
  const SHA256 = "--object-format=sha256";

  for (const from of ["GIT", "LOCAL"] as const)
    test(`is built from ${from}, and its commit is named in full`, async () => {
      const files = { ".gitattributes": "*.bat eol=crlf\n", "a.bat": "a\n", "deep/b": "b" };
      await using both = await openBothSources({ ...DOCKERFILE, ...files }, SHA256);

      const { gitVersion, gitDirty, content } = await both.opened(from);

      expect({ gitVersion, gitDirty }).toEqual({ gitVersion: both.head, gitDirty: false });
      expect(both.head).toMatch(/^[0-9a-f]{64}$/);
      expect(content).toMatchObject({ "deep/b": "b" });
    });

  test("by a commit, also a shortened one that has no branch's end", async () => {
    await using both = await openBothSources(DOCKERFILE, SHA256);
    await writeTree(both.folder, { "new.txt": "new" });
    both.commit();

    for (const ref of [both.head, both.head.slice(0, 12), both.head.slice(0, 50)])
      expect((await both.opened("GIT", ref)).gitVersion).toBe(both.head);
  });

  test("that was changed in its folder is dirty", async () => {
    await using both = await openBothSources(DOCKERFILE, SHA256);
    await writeTree(both.folder, { "new.txt": "new" });

    expect(await both.opened("LOCAL")).toMatchObject({ gitVersion: both.head, gitDirty: true });
  });

  test("in which nothing is found says so", async () => {
    await using both = await openBothSources(DOCKERFILE, SHA256);

    await expect(both.opened("GIT", "no-such-branch")).rejects.toThrow(/no-such-branch could not be fetched/);
  });
});
