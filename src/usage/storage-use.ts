import { GraphQLSafeInt } from "graphql-scalars";
import { Field, Int, ObjectType } from "type-graphql";

@ObjectType({ description: "What one collection of the database holds." })
export class CollectionUse {
  @Field(() => String, {
    description:
      "The name of the collection: `events`, `jobs`, `logs` and `snapshots` beside those of records; the `files` ones hold lightweight files.",
  })
  readonly name!: string;

  @Field(() => GraphQLSafeInt, { description: "How many documents it has." })
  readonly documents!: number;

  @Field(() => GraphQLSafeInt, {
    description: "Bytes of the documents, without indexes, before the database compresses them.",
  })
  readonly bytes!: number;
}

@ObjectType({ description: "Files that are kept outside the database, content that several records have once." })
export class StoredFiles {
  @Field(() => GraphQLSafeInt, { description: "How many there are." })
  readonly files!: number;

  @Field(() => GraphQLSafeInt, { description: "Their bytes." })
  readonly bytes!: number;

  @Field(() => GraphQLSafeInt, {
    description:
      "How many files were given up by a record, here and in the database: they go a day later if none needs them.",
  })
  readonly givenUp!: number;
}

@ObjectType({
  description: "What builds without an engine left on the disk of this server: copies of projects, and environments.",
})
export class BuildUse {
  @Field(() => Int, { description: "How many images there are; each is a copy of its project." })
  readonly images!: number;

  @Field(() => GraphQLSafeInt, { description: "Bytes of those copies, and of builds under way." })
  readonly imageBytes!: number;

  @Field(() => Int, {
    description:
      "How many virtual environments there are. Images share them; one that no image needs goes a day later.",
  })
  readonly environments!: number;

  @Field(() => GraphQLSafeInt, { description: "Bytes of the environments." })
  readonly environmentBytes!: number;
}

@ObjectType({ description: "What the installation keeps. The images and containers of an engine are not in it." })
export class StorageUse {
  @Field(() => GraphQLSafeInt, {
    description: "Bytes of the files, of all collections and of builds without an engine together.",
  })
  readonly bytes!: number;

  @Field(() => StoredFiles, { description: "The files in `ROCAS_DATA`." })
  readonly files!: StoredFiles;

  @Field(() => BuildUse, {
    nullable: true,
    description: "What builds without an engine left; null with an engine, which tells it itself (`docker system df`).",
  })
  readonly builds!: BuildUse | null;

  @Field(() => [CollectionUse], { description: "The collections of the database, by name." })
  readonly collections!: readonly CollectionUse[];
}
