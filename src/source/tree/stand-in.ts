import { SourceError } from "../source.js";
import { shown } from "./check-tree.js";

/** Bytes of a file's beginning in which it shows. */
export const MOST_HEAD = 64;
/** A pointer of git-annex is no larger. */
export const MOST_ANNEX_POINTER = 1024;

interface Kind {
  readonly begins: RegExp;
  readonly are: string;
  readonly instead: string;
}

const ENCRYPTED = "Rocas has no key: build from LOCAL after they were decrypted there";
const KINDS: readonly Kind[] = [
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
const ANNEX: Kind = {
  begins: /^\/annex\/objects\/[A-Z0-9]+-s\d+/,
  are: "pointers of git-annex",
  instead: "Build from LOCAL after `git annex get` and `git annex unlock`",
};

export interface Head {
  readonly path: string;
  /** The first bytes of the file, each as a character. */
  readonly head: string;
  /** True if its attributes name a filter, which alone would bring the content back. */
  readonly isFiltered: boolean;
}

const MOST_NAMED = 5;

/** @throws SourceError that names files which stand for a content that is not there: encrypted ones, and pointers */
export function refuseStandIns(heads: readonly Head[]): void {
  for (const kind of [ANNEX, ...KINDS]) {
    const found = heads.filter(({ head, isFiltered }) => (isFiltered || kind === ANNEX) && kind.begins.test(head));
    if (found.length === 0) continue;
    const named = found.slice(0, MOST_NAMED).map(({ path }) => shown(path));
    const more = found.length > MOST_NAMED ? ` and ${found.length - MOST_NAMED} more` : "";
    throw new SourceError(
      `Files are ${kind.are}: ${named.join(", ")}${more}. ${kind.instead}, or name them in .dockerignore.`,
    );
  }
}

/** Git LFS' own bound: a larger file is no pointer. */
export const MOST_POINTER = 1024;

/** The content that a pointer of Git LFS stands for. */
export interface LfsPointer {
  /** SHA-256, 64 hex digits. */
  readonly oid: string;
  /** Bytes. */
  readonly size: number;
}

const POINTER =
  /^version https:\/\/(?:git-lfs\.github\.com|hawser\.github\.com)\/spec\/v1\n(?:[a-z0-9.-]+ .*\n)*?oid sha256:([0-9a-f]{64})\nsize (\d{1,15})\n/;

/** Null for what is no pointer. */
export function lfsPointer(text: string): LfsPointer | null {
  const [, oid, size] = POINTER.exec(text) ?? [];
  return oid ? { oid, size: Number(size) } : null;
}
