import { SourceError } from "../source.js";
import { quotedPath } from "./check-tree.js";

/** Bytes of a file's beginning that show what it is. */
export const HEAD_BYTES = 64;
/** Maximum bytes of a git-annex pointer. */
export const MAX_ANNEX_POINTER = 1024;

interface PlaceholderKind {
  readonly begins: RegExp;
  readonly are: string;
  readonly instead: string;
}

const ENCRYPTED = "Rocas has no key: build from LOCAL after they were decrypted there";
const KINDS: readonly PlaceholderKind[] = [
  { begins: /^\0GITCRYPT\0/, are: "encrypted by git-crypt", instead: `${ENCRYPTED} (\`git-crypt unlock\`)` },
  { begins: /^(?:Salted__|U2FsdGVkX1)/, are: "encrypted (OpenSSL, as by transcrypt)", instead: ENCRYPTED },
  {
    begins: /^(?:age-encryption\.org\/v1\n|-----BEGIN AGE ENCRYPTED FILE-----)/,
    are: "encrypted by age",
    instead: ENCRYPTED,
  },
  { begins: /^-----BEGIN PGP MESSAGE-----/, are: "encrypted by PGP", instead: ENCRYPTED },
  { begins: /^\$ANSIBLE_VAULT;/, are: "encrypted by Ansible Vault", instead: ENCRYPTED },
  {
    begins: /^#\$# git-fat [0-9a-f]{40}/,
    are: "pointers of git-fat",
    instead: "Build from LOCAL after `git fat pull`",
  },
];
const ANNEX: PlaceholderKind = {
  begins: /^\/annex\/objects\/[A-Z0-9]+-s\d+/,
  are: "pointers of git-annex",
  instead: "Build from LOCAL after `git annex get` and `git annex unlock`",
};

export interface FileHead {
  readonly path: string;
  /** The first bytes of the file, one character each. */
  readonly head: string;
  /** True if an attribute names a filter: only that could restore the content. */
  readonly isFiltered: boolean;
}

const MAX_LISTED = 5;

/** @throws SourceError naming the files that are encrypted, or pointers to content elsewhere. */
export function refusePlaceholders(heads: readonly FileHead[]): void {
  for (const kind of [ANNEX, ...KINDS]) {
    const found = heads.filter(({ head, isFiltered }) => (isFiltered || kind === ANNEX) && kind.begins.test(head));
    if (found.length === 0) continue;
    const named = found.slice(0, MAX_LISTED).map(({ path }) => quotedPath(path));
    const more = found.length > MAX_LISTED ? ` and ${found.length - MAX_LISTED} more` : "";
    throw new SourceError(
      `Files are ${kind.are}: ${named.join(", ")}${more}. ${kind.instead}, or name them in .dockerignore.`,
    );
  }
}

/** Maximum bytes of a pointer, as Git LFS defines it. */
export const MAX_LFS_POINTER = 1024;

/** The content that a Git LFS pointer refers to. */
export interface LfsPointer {
  /** SHA-256, 64 hex digits. */
  readonly oid: string;
  /** Bytes. */
  readonly size: number;
}

const POINTER =
  /^version https:\/\/(?:git-lfs\.github\.com|hawser\.github\.com)\/spec\/v1\n(?:[a-z0-9.-]+ .*\n)*?oid sha256:([0-9a-f]{64})\nsize (\d{1,15})\n/;

/** Returns null if the text is no pointer. */
export function parseLfsPointer(text: string): LfsPointer | null {
  const [, oid, size] = POINTER.exec(text) ?? [];
  return oid ? { oid, size: Number(size) } : null;
}
