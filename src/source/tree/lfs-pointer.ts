/** Git LFS' own bound: a larger file is no pointer. */
export const MOST_POINTER = 1024;

/** Whether a file stands for another one that Git LFS keeps. */
export const isLfsPointer = (text: string): boolean =>
  /^version https:\/\/(?:git-lfs\.github\.com|hawser\.github\.com)\/spec\/v1\n(?:[a-z0-9.-]+ .*\n)*?oid sha256:[0-9a-f]{64}\n/.test(
    text,
  );
