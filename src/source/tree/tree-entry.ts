/** An entry of a build context. Paths are relative, with slashes. */
export type TreeEntry = FolderEntry | FileEntry | LinkEntry;

export interface FolderEntry {
  readonly kind: "folder";
  readonly path: string;
}

export interface FileEntry {
  readonly kind: "file";
  readonly path: string;
  readonly size: number;
  readonly executable: boolean;
}

export interface LinkEntry {
  readonly kind: "link";
  readonly path: string;
  readonly target: string;
}

/** The bounds of a context. */
export interface TreeLimits {
  readonly bytes: number;
  readonly entries: number;
}
