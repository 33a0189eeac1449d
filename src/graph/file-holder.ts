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

  @Field(() => FilesState, { description: "Whether the files are there." })
  readonly state!: FilesState;

  @Field(() => [StoredFile], {
    description: "All its files. Of a record that has very many, `manifest` gives them in pages.",
  })
  readonly files!: readonly StoredFile[];

  @Field(() => Manifest, { description: "Its files once more, in pages, and what they are together." })
  readonly manifest?: unknown;

  @Field(() => GraphQLSafeInt, {
    description:
      "Bytes of its files: those of its archive if it is compressed, else their sum. Content that other records have too counts here as well, though it is kept once.",
  })
  readonly bytes?: number;

  @Field(() => [FileUpload], {
    description:
      "Where missing files of the manifest are sent, 250 of very many; empty once none is missing, and while more may be added.",
  })
  readonly uploads?: readonly FileUpload[];
}
