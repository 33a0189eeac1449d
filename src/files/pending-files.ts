import { FilesState } from "../graph/stored-file.js";
import type { KeptFilesInput } from "./kept-files.inputs.js";

/** What a new record says of how its files are kept, until the first of them arrives. */
export const pendingFiles = ({ details, compressed, lightweight }: KeptFilesInput) => ({
  details: details ?? {},
  compressed,
  lightweight,
  state: FilesState.PENDING,
  received: [],
});
