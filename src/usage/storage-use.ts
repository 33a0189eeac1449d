import { GraphQLSafeInt } from "graphql-scalars";
import { Field, Int, ObjectType } from "type-graphql";
import type { App } from "../app.js";
import type { ImageDiskUse } from "../runtime/image-builder.js";
import { collectionSizes } from "../store/collection-sizes.js";

@ObjectType({ description: "The size of one collection of the database." })
export class CollectionUse {
  @Field(() => String, {
    description:
      "The name of the collection: `events`, `jobs`, `logs` and `snapshots` beside those of records; the `files` ones hold lightweight files.",
  })
  readonly name!: string;

  @Field(() => GraphQLSafeInt, { description: "The number of documents in the collection." })
  readonly documents!: number;

  @Field(() => GraphQLSafeInt, {
    description: "Bytes of the documents, without indexes, before the database compresses them.",
  })
  readonly bytes!: number;
}

@ObjectType({ description: "Files that are kept outside the database, content that several records have once." })
export class StoredFiles {
  @Field(() => GraphQLSafeInt, { description: "The number of files." })
  readonly files!: number;

  @Field(() => GraphQLSafeInt, { description: "The size of the files, in bytes." })
  readonly bytes!: number;

  @Field(() => GraphQLSafeInt, {
    description:
      "The number of files that a record gave up, here and in the database: they are removed a day later if no record needs them.",
  })
  readonly givenUp!: number;
}

@ObjectType({
  description: "The disk use of builds without an engine: copies of projects, and environments.",
})
export class BuildUse {
  @Field(() => Int, { description: "The number of images; each is a copy of its project." })
  readonly images!: number;

  @Field(() => GraphQLSafeInt, { description: "The size of those copies and of builds under way, in bytes." })
  readonly imageBytes!: number;

  @Field(() => Int, {
    description:
      "The number of virtual environments. Images share them; one that no image needs is removed a day later.",
  })
  readonly environments!: number;

  @Field(() => GraphQLSafeInt, { description: "The size of the environments, in bytes." })
  readonly environmentBytes!: number;
}

@ObjectType({
  description:
    "The disk use of the installation. The images and containers of an engine belong to it and are not counted.",
})
export class StorageUse {
  @Field(() => GraphQLSafeInt, {
    description: "Bytes of the files, of all collections and of builds without an engine together.",
  })
  readonly bytes!: number;

  @Field(() => StoredFiles, { description: "The files in `ROCAS_DATA`." })
  readonly files!: StoredFiles;

  @Field(() => BuildUse, {
    nullable: true,
    description:
      "The disk use of builds without an engine; null with an engine, whose own tools show it (`docker system df`).",
  })
  readonly builds!: BuildUse | null;

  @Field(() => [CollectionUse], { description: "The collections of the database, by name." })
  readonly collections!: readonly CollectionUse[];
}

/** Counts all that is stored. It reads the size of every file, so it is meant for rare use. */
export async function readStorageUse({
  store,
  files,
  imageBuilder,
}: Pick<App, "store" | "files" | "imageBuilder">): Promise<StorageUse> {
  const [collections, { files: count, bytes }, givenUp, builds] = await Promise.all([
    collectionSizes(store),
    files.size(),
    store.unneededFiles.countDocuments(),
    imageBuilder.diskUse(),
  ]);
  return {
    bytes: collections.reduce((sum, each) => sum + each.bytes, bytes) + bytesOf(builds),
    files: { files: count, bytes, givenUp },
    builds,
    collections,
  };
}

const bytesOf = (builds: ImageDiskUse | null): number => (builds ? builds.imageBytes + builds.environmentBytes : 0);
