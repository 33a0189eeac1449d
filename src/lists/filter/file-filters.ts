import { FilesState, StoredFile } from "../../graph/stored-file.js";
import { choiceFilter } from "./choice-filters.js";
import type { Criterion } from "./criterion.js";
import { filterOf } from "./filter-of.js";
import { float } from "./number-filters.js";
import { someOf } from "./part-filters.js";
import { text } from "./text-filter.js";

const FILE_FILTER = filterOf(StoredFile.name, "Conditions on a file.", {
  name: text("name", { description: "Filters by name." }),
  sha256: text("sha256", { description: "Filters by the SHA-256 of the content, in lower-case hex digits." }),
  size: float("size", { description: "Filters by size in bytes." }),
});

/** A filter by the files of a dataset or version: at least one of them meets all of it. */
export const files: Criterion = someOf("files", () => FILE_FILTER, {
  description: "Filters by one of its files, if there are 250 at most: it does not look into longer manifests.",
});

export const filesState = choiceFilter("FilesState", () => FilesState);
