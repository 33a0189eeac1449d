/** What a build context consists of. Paths are relative, with slashes. */
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

/** What a context may be at most. */
export interface TreeLimits {
  readonly bytes: number;
  readonly entries: number;
}
