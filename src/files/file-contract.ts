import { registerEnumType } from "type-graphql";
import { DomainError } from "../errors.js";
import type { FileDoc } from "../model/model.js";

const MB = 1_000_000;

interface OfferedFile {
  readonly name: string;
  readonly size: number;
}

export enum ContractRule {
  MISSING = "MISSING",
  TOO_LARGE = "TOO_LARGE",
}
registerEnumType(ContractRule, {
  name: "ContractRule",
  description: "A rule of a model's file contract.",
  valuesConfig: {
    MISSING: { description: "A required file is not there." },
    TOO_LARGE: { description: "A file is larger than its `maxMb`." },
  },
});

/** A rule of a file contract that files break. */
export interface BrokenRule {
  readonly rule: ContractRule;
  /** The name of the file. */
  readonly file: string;
  /** Says what is wrong and what would be right. */
  readonly message: string;
  /** Index among the given files; absent if the file is missing. */
  readonly index?: number;
}

export const bytesOfMb = (maxMb: number): number => MB * maxMb;

/** Returns the rules that the files break. Files outside the contract are allowed. */
export function brokenRules(contract: readonly FileDoc[], files: readonly OfferedFile[]): BrokenRule[] {
  return contract.flatMap((doc): BrokenRule[] => {
    const index = files.findIndex(({ name }) => name === doc.name);
    const file = files[index];
    if (!file) return doc.required ? [missing(doc.name)] : [];
    const isTooLarge = doc.max_mb != null && file.size > bytesOfMb(doc.max_mb);
    return isTooLarge ? [tooLarge(file, doc.max_mb!, index)] : [];
  });
}

/** @throws CONTRACT_NOT_MET naming the file, a missing one first. */
export function checkContract(
  contract: readonly FileDoc[],
  files: readonly OfferedFile[],
  path: readonly (string | number)[],
): void {
  const breaks = brokenRules(contract, files);
  const first = breaks.find(({ rule }) => rule === ContractRule.MISSING) ?? breaks[0];
  if (first)
    throw new DomainError("CONTRACT_NOT_MET", first.message, first.index === undefined ? path : [...path, first.index]);
}

const missing = (file: string): BrokenRule => ({
  rule: ContractRule.MISSING,
  file,
  message: `The model requires the file "${file}".`,
});

const tooLarge = ({ name, size }: OfferedFile, maxMb: number, index: number): BrokenRule => ({
  rule: ContractRule.TOO_LARGE,
  file: name,
  message: `The file has ${size} bytes; the model allows ${maxMb} MB (${maxMb} million bytes).`,
  index,
});
