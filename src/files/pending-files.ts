import { FilesState } from "../graph/stored-file.js";
import type { KeptFilesInput } from "./kept-files.inputs.js";
import type { ManifestFile } from "./manifest.js";

/** What a new record keeps of its manifest, until the first file arrives. */
export const pendingFiles = ({ details, compressed, lightweight }: KeptFilesInput, files: readonly ManifestFile[]) => ({
  details: details ?? {},
  compressed,
  lightweight,
  files: files.map(({ content: _content, ...file }) => file),
  state: FilesState.PENDING,
  received: [],
});
