import { createHash } from "node:crypto";
import { GraphQLSafeInt } from "graphql-scalars";
import { Field, InputType } from "type-graphql";
import { DomainError } from "../errors.js";
import { FileNameScalar, Sha256Scalar } from "../graph/scalars.js";
import type { StoredFile } from "../graph/stored-file.js";
import { MIB } from "../units.js";

/** Maximum files of one record. */
export const MAX_FILES = 10_000;
const MAX_FILE_BYTES = 64 * 1024 ** 3;
/** Lightweight files are in the database. */
const MAX_LIGHTWEIGHT_FILE_BYTES = 16 * MIB;
export const MAX_LIGHTWEIGHT_BYTES = 64 * MIB;
const MAX_TEXT_BYTES = 64 * 1024;

@InputType({ description: "One file of a manifest: announced by size and checksum, or given as text." })
export class ManifestFileInput {
  @Field(() => FileNameScalar, { description: "The name of the file, its folders included." })
  readonly name!: string;

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: "Bytes, 64 GiB at most. Left out if `text` is given.",
  })
  readonly size?: number | null;

  @Field(() => Sha256Scalar, { nullable: true, description: "SHA-256 of the content. Left out if `text` is given." })
  readonly sha256?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The content itself, for small text files: UTF-8, 64 KiB at most.",
  })
  readonly text?: string | null;
}

/** A file of a manifest. Only a text has its content here. */
export interface ManifestFile extends StoredFile {
  readonly content: Buffer | null;
}

/** @throws BAD_USER_INPUT, LIMIT_EXCEEDED naming the path. */
export function manifestOf(inputs: readonly ManifestFileInput[], lightweight: boolean): ManifestFile[] {
  const path = ["input", "files"];
  const files = inputs.map((input, index) => manifestFile(input, [...path, index]));
  checkManifest(files, lightweight, path);
  return files;
}

/** Refuses texts: an open manifest takes no bytes. @throws BAD_USER_INPUT */
export function refuseTexts(files: readonly ManifestFile[]): void {
  const at = files.findIndex(({ content }) => content !== null);
  if (at >= 0)
    throw new DomainError(
      "BAD_USER_INPUT",
      "In a manifest that `addFiles` completes, every file is announced by `size` and `sha256` and sent afterwards.",
      ["input", "files", at, "text"],
    );
}

/** @throws BAD_USER_INPUT, LIMIT_EXCEEDED naming the path. */
export function checkManifest(files: readonly StoredFile[], lightweight: boolean, path: readonly string[]): void {
  if (files.length > MAX_FILES) throw tooManyFiles(files.length, path);
  checkNames(files, path);
  if (!lightweight) return;
  const large = files.findIndex(({ size }) => size > MAX_LIGHTWEIGHT_FILE_BYTES);
  if (large >= 0)
    throw new DomainError("LIMIT_EXCEEDED", "A file of a lightweight record has at most 16 MiB.", [
      ...path,
      large,
      "size",
    ]);
  if (files.reduce((sum, { size }) => sum + size, 0) > MAX_LIGHTWEIGHT_BYTES)
    throw new DomainError("LIMIT_EXCEEDED", "The files of a lightweight record have at most 64 MiB together.", path);
}

export const tooManyFiles = (number: number, path: readonly string[] = ["files"]): DomainError =>
  new DomainError(
    "LIMIT_EXCEEDED",
    `A record has at most ${MAX_FILES} files, and these are ${number}: put many small ones into one archive.`,
    path,
  );

function checkNames(files: readonly StoredFile[], path: readonly string[]): void {
  const seen = new Set<string>();
  files.forEach(({ name }, index) => {
    if (seen.has(name))
      throw new DomainError("BAD_USER_INPUT", `The manifest has a file "${name}" already.`, [...path, index, "name"]);
    seen.add(name);
  });
  const both = nameOfFileAndFolder(files.map(({ name }) => name));
  if (both !== null)
    throw new DomainError(
      "BAD_USER_INPUT",
      `"${both}" is a file and the folder of another file: give one of the two another name.`,
      [...path, files.findIndex(({ name }) => name === both), "name"],
    );
}

function manifestFile(
  { name, size, sha256, text }: ManifestFileInput,
  path: readonly (string | number)[],
): ManifestFile {
  if (text != null) {
    if (size != null || sha256 != null)
      throw new DomainError("BAD_USER_INPUT", "A file given as `text` needs neither size nor checksum.", [
        ...path,
        "text",
      ]);
    const content = Buffer.from(text);
    if (content.length > MAX_TEXT_BYTES)
      throw new DomainError("LIMIT_EXCEEDED", "A file given as `text` has at most 64 KiB.", [...path, "text"]);
    return { name, size: content.length, sha256: createHash("sha256").update(content).digest("hex"), content };
  }
  if (size == null || sha256 == null)
    throw new DomainError("BAD_USER_INPUT", "A file is announced by `size` and `sha256`, or given as `text`.", path);
  if (size < 0 || size > MAX_FILE_BYTES)
    throw new DomainError("BAD_USER_INPUT", "A file has 0 bytes to 64 GiB.", [...path, "size"]);
  return { name, size, sha256, content: null };
}

/** Returns the first name that is both a file and a folder, as `a` beside `a/b`, or null. No disk can hold both. */
export function nameOfFileAndFolder(names: readonly string[]): string | null {
  const files = new Set(names);
  return names.flatMap(foldersOf).find((folder) => files.has(folder)) ?? null;
}

/** Returns `a` and `a/b` for `a/b/c`. */
function foldersOf(name: string): string[] {
  const parts = name.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
}
