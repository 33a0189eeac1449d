/**
 * The first name that is a file and a folder of other names at the same time, `a` beside `a/b`: no disk can hold both.
 * Null if there is none.
 */
export function fileAndFolder(names: readonly string[]): string | null {
  const files = new Set(names);
  return names.flatMap(foldersOf).find((folder) => files.has(folder)) ?? null;
}

/** `a/b/c` lies in `a` and in `a/b`. */
function foldersOf(name: string): string[] {
  const parts = name.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
}
