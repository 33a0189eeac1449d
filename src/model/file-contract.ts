import { DomainError } from "../errors.js";
import type { FileDoc } from "./file-doc.js";

const MB = 1_000_000;

interface OfferedFile {
  readonly name: string;
  readonly size: number;
}

/**
 * Whether files fulfil a model's contract: every required one named, none above its `maxMb`. Files that the contract
 * does not name are let through: it says what must be there, not what else may be.
 * @throws CONTRACT_NOT_MET naming the file.
 */
export function checkContract(
  contract: readonly FileDoc[],
  files: readonly OfferedFile[],
  path: readonly (string | number)[],
): void {
  const missing = contract.find(({ name, required }) => required && !files.some((file) => file.name === name));
  if (missing) throw new DomainError("CONTRACT_NOT_MET", `The model requires the file "${missing.name}".`, path);
  const large = files.findIndex(
    ({ name, size }) => size > MB * (contract.find((doc) => doc.name === name)?.max_mb ?? Infinity),
  );
  const file = files[large];
  if (!file) return;
  const most = contract.find((doc) => doc.name === file.name)?.max_mb;
  throw new DomainError(
    "CONTRACT_NOT_MET",
    `The file has ${file.size} bytes; the model allows ${most} MB (${most} million bytes).`,
    [...path, large],
  );
}
