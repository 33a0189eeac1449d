import { FilesState } from "../graph/stored-file.js";
import type { KeptFilesInput } from "./kept-files.inputs.js";

/** The fields of a new record about how its files are kept, until the first of them arrives. */
export const pendingFiles = ({ details, compressed, lightweight }: KeptFilesInput) => ({
  details: details ?? {},
  compressed,
  lightweight,
  state: FilesState.PENDING,
  received: [],
});
