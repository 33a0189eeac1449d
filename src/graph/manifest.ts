import { GraphQLSafeInt } from "graphql-scalars";
import { Field, Int, ObjectType } from "type-graphql";
import { connectionOf } from "./connection.js";
import { type ManifestSummary, StoredFile } from "./stored-file.js";

export const StoredFileConnection = connectionOf<StoredFile>("StoredFile", () => StoredFile);

/** A record or a snapshot, as far as it says where its manifest lies. */
export interface FileListing {
  readonly manifest?: ManifestSummary | null;
  /** The list that holds its files (`FileListPart.list`); absent if they lie in the record, or more may be added. */
  readonly file_list?: string | null;
}

/** A record with files: few lie in `files`, many in a list of their own. */
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
