/** The meanings of the operating system's codes, as the end of a sentence about a path. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: "this user may not read and write there",
  EPERM: "the system lets nobody write there",
  EROFS: "its file system is read-only",
  EEXIST: "it is no folder",
  ENOTDIR: "it is no folder, or lies below something that is none",
  EISDIR: "it is a folder",
  ENOENT: "it is not there",
  ELOOP: "its links go in a circle",
  ENAMETOOLONG: "its name is too long",
  ENOSPC: "the disk is full",
  EDQUOT: "the quota of this user is used up",
  EMFILE: "this process has too many files open (ulimit -n)",
  ENFILE: "the system has too many files open",
  EIO: "the disk fails",
};

type FileError = Error & { readonly path: string };

/** True if an error comes from the operating system and is about a file or folder. */
export const isAboutFile = (error: unknown): error is FileError =>
  error instanceof Error && "syscall" in error && typeof (error as { path?: unknown }).path === "string";

/** Returns why something cannot be used, with the system's code for it. */
export function systemReason(error: unknown): string {
  const { code = "no code" } = error as { code?: string };
  return `${REASONS[code] ?? "the system refuses it"} (${code})`;
}

/** The sentence for who runs the server. */
export const fileSentence = (error: FileError): string => `${error.path} cannot be used: ${systemReason(error)}.`;
