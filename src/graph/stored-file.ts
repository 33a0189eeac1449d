import { prop } from "@typegoose/typegoose";
import { GraphQLDateTime, GraphQLSafeInt } from "graphql-scalars";
import { Field, ObjectType, registerEnumType } from "type-graphql";
import { KEPT, VALUE } from "./definition.js";

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

@ObjectType({ description: "A header of a request." })
export class RequestHeader {
  @Field(() => String, { description: "The name of the header." })
  readonly name!: string;

  @Field(() => String, { description: "The value of the header." })
  readonly value!: string;
}

@ObjectType({
  description:
    "An address in the bucket of the files, to which the bytes of one file are sent by PUT without passing through this server. `confirmUpload` says that they are there.",
})
export class DirectUpload {
  @Field(() => String, { description: "The whole address; PUT the bytes there." })
  readonly url!: string;

  @Field(() => [RequestHeader], {
    description:
      "The headers that the request must have, since they are signed: the size and the checksum of the file. HTTP clients set `content-length` themselves.",
  })
  readonly headers!: RequestHeader[];

  @Field(() => GraphQLDateTime, {
    name: "expiresAt",
    description: "The time at which the address ends; `renewUploads` gives fresh ones.",
  })
  readonly expiresAt!: Date;
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
