import { DomainError } from "../errors.js";
import { nameOfFileAndFolder } from "../files/manifest.js";
import type { FileDoc } from "./file-doc.js";
import type { FileDocInput } from "./model.inputs.js";

const MOST_FILES = 100;
const MOST_MB = 1_000_000;

/** A file contract as it is stored. @throws BAD_USER_INPUT if a name stands twice or a size is out of its bounds. */
export function fileDocsOf(files: readonly FileDocInput[], field: string): FileDoc[] {
  if (files.length > MOST_FILES)
    throw new DomainError("BAD_USER_INPUT", `A contract has at most ${MOST_FILES} files.`, ["input", field]);
  const both = nameOfFileAndFolder(files.map(({ name }) => name));
  if (both !== null)
    throw new DomainError(
      "BAD_USER_INPUT",
      "A file of the contract is the folder of another one: no record can have both.",
      ["input", field, files.findIndex(({ name }) => name === both), "name"],
    );
  return files.map(({ name, desc, required, maxMb }, index) => {
    const path = ["input", field, index];
    if (files.findIndex((file) => file.name === name) < index)
      throw new DomainError("BAD_USER_INPUT", "A file of this name stands in the contract already.", [...path, "name"]);
    if (maxMb != null && !(maxMb > 0 && maxMb <= MOST_MB))
      throw new DomainError("BAD_USER_INPUT", `maxMb is above 0 and at most ${MOST_MB}.`, [...path, "maxMb"]);
    return { name, desc: desc ?? null, required, max_mb: maxMb ?? null };
  });
}
