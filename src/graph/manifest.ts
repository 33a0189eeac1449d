import { GraphQLSafeInt } from "graphql-scalars";
import { Field, ID, Int, InterfaceType, ObjectType } from "type-graphql";
import { connectionOf } from "./connection.js";
import { typeOfRecord } from "./stored-record.js";
import type { ManifestSummary } from "./stored-file.js";
import { FilesState, FileUpload, StoredFile } from "./stored-file.js";

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
