import type { App } from "./app.js";
import type { BuildVersion } from "./builds/build-version.js";
import { noteUnneededTags, removeTagsOf } from "./builds/remove-unneeded-tags.js";
import type { Holdings } from "./deletion/holdings.js";
import type { FileRecord } from "./files/file-record.js";
import { releaseFiles, releaseFilesOf } from "./files/release-files.js";
import type { Training } from "./training/training.js";

/** Returns how deleted records give up files, images and secrets, which lie outside their collections. */
export const holdingsOf = (
  app: Pick<App, "store" | "vault" | "files" | "lightweightFiles" | "imageBuilder">,
): Holdings => ({
  FILES: { release: (record) => releaseFilesOf(app, record as FileRecord) },
  OUTPUT: {
    release: (record) => releaseFiles(app, { lightweight: false, files: [], archive: (record as Training).output }),
  },
  // If the engine does not answer, the image goes when it does.
  IMAGE: {
    release: (record) => noteUnneededTags(app, record as BuildVersion),
    removeTraces: (record) => removeTagsOf(app, record as BuildVersion),
  },
  SECRET: { release: ({ _id }) => app.vault.forget(_id) },
});
