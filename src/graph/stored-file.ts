import { prop } from "@typegoose/typegoose";
import { GraphQLDateTime, GraphQLSafeInt } from "graphql-scalars";
import { Field, ID, Int, InterfaceType, ObjectType, registerEnumType } from "type-graphql";
import { connectionOf } from "./connection.js";
import { KEPT, VALUE } from "./definition.js";
import { typeOfRecord } from "./stored-record.js";

export enum FilesState {
  PENDING = "PENDING",
  READY = "READY",
}
registerEnumType(FilesState, {
  name: "FilesState",
  description: "The state of the files of a record.",
  valuesConfig: {
    PENDING: {
      description:
        "Files of the manifest are missing: see `uploads`. The record is read by id only; the one it replaces stays current.",
    },
    READY: { description: "Every file is there and verified." },
  },
});

@ObjectType({ description: "A file of a dataset or a model version." })
export class StoredFile {
  @Field(() => String, { description: "The name of the file." })
  @prop({ type: () => String, required: true })
  readonly name!: string;

  @Field(() => GraphQLSafeInt, { description: "The size of the file, in bytes." })
  @prop({ type: () => Number, required: true })
  readonly size!: number;

  @Field(() => String, { description: "SHA-256 of the content, 64 lower-case hex digits." })
  @prop({ type: () => String, required: true })
  readonly sha256!: string;
}

/** The summary of a manifest that is too long for its record. Its files are in lists of their own (`FileLists`). */
export class ManifestSummary {
  /** The hash of the manifest (`manifestHash`); null while files may be added. */
  @prop({ type: () => String })
  readonly sha256!: string | null;

  @prop({ type: () => Number, required: true })
  readonly count!: number;

  /** The bytes of all files together. */
  @prop({ type: () => Number, required: true })
  readonly bytes!: number;
}

/** The blob that holds all files of a `compressed` record. */
export class Archive {
  @prop({ type: () => Number, required: true })
  readonly size!: number;

  @prop({ type: () => String, required: true })
  readonly sha256!: string;
}

@ObjectType({ description: "A one-time address to which the bytes of one file of a manifest are sent by PUT." })
export class FileUpload {
  @Field(() => String, { description: "The name of the file." })
  readonly name!: string;

  @Field(() => String, { description: "Path on this server; PUT the bytes there, with their exact Content-Length." })
  readonly url!: string;

  @Field(() => GraphQLDateTime, {
    name: "expiresAt",
    description: "The time at which the address ends; `renewUploads` gives fresh ones.",
  })
  readonly expiresAt!: Date;
}

/** The parts of the snapshots of all records with files. */
export const FILE_PARTS = {
  compressed: VALUE,
  lightweight: VALUE,
  files: VALUE,
  manifest: VALUE,
  file_list: KEPT,
} as const;

export const StoredFileConnection = connectionOf<StoredFile>("StoredFile", () => StoredFile);

/** The place of the manifest of a record or snapshot. */
export interface FileListing {
  readonly manifest?: ManifestSummary | null;
  /** The list of the files (`FileListPart.list`). Absent if they are in the record, or if files may be added. */
  readonly file_list?: string | null;
}

/** A record with files: few in `files`, many in a list of their own. */
export interface Holder extends FileListing {
  readonly _id: string;
  readonly files: readonly StoredFile[];
}

@ObjectType({ description: "The files of a record in pages, with their number, their size and a checksum of all." })
export class Manifest {
  @Field(() => Int, { description: "The number of files; the number so far, if more may be added." })
  readonly count!: number;

  @Field(() => GraphQLSafeInt, { description: "Bytes of all files together." })
  readonly bytes!: number;

  @Field(() => String, {
    nullable: true,
    description:
      "SHA-256 of what `sha256sum` prints for all files in the order of their names (`LC_ALL=C`), so that records with the same files have the same one. Null while more files may be added.",
  })
  readonly sha256!: string | null;

  @Field(() => Boolean, { description: "True if no more files can be added. See `addFiles`." })
  readonly complete!: boolean;

  readonly holder!: Holder;
}

// No Node: a gateway refuses interfaces that implement another subgraph's interface.
@InterfaceType({ description: "A record with files: a dataset or a model version.", resolveType: typeOfRecord })
export abstract class FileHolder {
  @Field(() => ID, { name: "id", description: "The id of the record." })
  readonly _id!: string;

  @Field(() => FilesState, { description: "READY if all files of the record are there, else PENDING." })
  readonly state!: FilesState;

  @Field(() => [StoredFile], {
    description: "All its files. Use `manifest` to read very many in pages.",
  })
  readonly files!: readonly StoredFile[];

  @Field(() => Manifest, { description: "Its files in pages, with their number, their size and a checksum of all." })
  readonly manifest?: unknown;

  @Field(() => GraphQLSafeInt, {
    description:
      "Bytes of its files: those of its archive if it is compressed, else their sum. Content that other records have too counts here as well, though it is kept once.",
  })
  readonly bytes?: number;

  @Field(() => [FileUpload], {
    description:
      "The addresses to which missing files of the manifest are sent, 250 at most; empty once no file is missing, and while more may be added.",
  })
  readonly uploads?: readonly FileUpload[];
}
