import { GraphQLSafeInt } from "graphql-scalars";
import { Field, ID, InterfaceType } from "type-graphql";
import { typeOfRecord } from "./node.js";
import { FilesState, FileUpload, StoredFile } from "./stored-file.js";
import { Manifest } from "./manifest.js";

// No Node by its own words: a gateway refuses an interface of one subgraph that implements another's extended one.
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
