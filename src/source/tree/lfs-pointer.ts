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
