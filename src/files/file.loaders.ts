import DataLoader from "dataloader";
import { DomainError } from "../errors.js";
import type { Holder } from "../graph/manifest.js";
import type { StoredFile } from "../graph/stored-file.js";
import type { Store } from "../store/store.js";
import type { FileListPart } from "./file-list-part.js";
import { readLists } from "./file-lists.js";
import { listHolding } from "./files-of.js";

/** Of all lists that one request reads whole. */
const MOST_LISTED = 20_000;

export function fileLoaders({ fileLists }: Pick<Store, "fileLists">) {
  let listed = 0;
  return {
    /** All files of holders whose files are in a list. @throws LIMIT_EXCEEDED if they are too many together */
    filesOfHolder: new DataLoader<Holder, readonly StoredFile[], string>(
      async (holders) => {
        listed += holders.reduce((sum, { manifest }) => sum + (manifest?.count ?? 0), 0);
        if (listed > MOST_LISTED) return holders.map(tooMany);
        const lists = holders.map((each) => listHolding(each)!);
        const files = await readLists({ fileLists }, lists);
        return lists.map((list) => files.get(list) ?? []);
      },
      { cacheKeyFn: (holder) => listHolding(holder)! },
    ),
    /** By the id of the part. */
    fileListPart: new DataLoader<string, FileListPart | null>(async (ids) => {
      const found = await fileLists.find({ _id: { $in: [...ids] } }).toArray();
      const parts = new Map(found.map((part) => [part._id, part]));
      return ids.map((id) => parts.get(id) ?? null);
    }),
  };
}

const tooMany = (): DomainError =>
  new DomainError(
    "LIMIT_EXCEEDED",
    `A request gets ${MOST_LISTED} files at most in \`files\`: \`manifest { files }\` gives them in pages.`,
  );
