import DataLoader from "dataloader";
import { GraphQLSafeInt } from "graphql-scalars";
import type { mongo } from "mongoose";
import { Field, Int, ObjectType } from "type-graphql";
import type { Store } from "../store/store.js";

@ObjectType({
  description:
    "The files of records, counted for each record: content that several records have is kept once and counts for each.",
})
export class FileUse {
  @Field(() => GraphQLSafeInt, { description: "Bytes of the files of all records." })
  readonly bytes!: number;

  @Field(() => GraphQLSafeInt, { description: "Bytes of the files of superseded records, which are in `bytes` too." })
  readonly supersededBytes!: number;

  @Field(() => Int, { description: "The number of records that have files." })
  readonly records!: number;

  @Field(() => Int, { description: "The number of those records that are superseded." })
  readonly supersededRecords!: number;
}

interface Sum {
  readonly _id: { readonly owner: string; readonly superseded: boolean | null };
  readonly records: number;
  readonly bytes: number;
}

const NONE: FileUse = { bytes: 0, supersededBytes: 0, records: 0, supersededRecords: 0 };

/**
 * Sums the files of all owners in one aggregate.
 * @param field holds the id of the owner.
 */
async function sumFiles(collection: mongo.Collection, field: string, owners: readonly string[]): Promise<Sum[]> {
  return collection
    .aggregate<Sum>([
      { $match: { [field]: { $in: owners }, deleted: { $ne: true } } },
      { $project: { owner: `$${field}`, superseded: 1, "archive.size": 1, "manifest.bytes": 1, "files.size": 1 } },
      { $unwind: { path: "$files", preserveNullAndEmptyArrays: true } },
      {
        $group: {
          _id: "$_id",
          owner: { $first: "$owner" },
          superseded: { $first: "$superseded" },
          archive: { $first: { $ifNull: ["$archive.size", "$manifest.bytes"] } },
          plain: { $sum: "$files.size" },
        },
      },
      {
        $group: {
          _id: { owner: "$owner", superseded: "$superseded" },
          records: { $sum: 1 },
          bytes: { $sum: { $ifNull: ["$archive", "$plain"] } },
        },
      },
    ])
    .toArray();
}

/** Sums the executed notebooks of trainings. */
async function sumNotebooks(trainings: mongo.Collection, owners: readonly string[]): Promise<Sum[]> {
  return trainings
    .aggregate<Sum>([
      { $match: { proj: { $in: owners }, "output.sha256": { $exists: true } } },
      { $project: { owner: "$proj", superseded: 1, "output.size": 1 } },
      {
        $group: {
          _id: { owner: "$owner", superseded: "$superseded" },
          records: { $sum: 1 },
          bytes: { $sum: "$output.size" },
        },
      },
    ])
    .toArray();
}

function totalOf(sums: readonly Sum[], owner: string): FileUse {
  const own = sums.filter(({ _id }) => _id.owner === owner);
  return own.reduce((use, { _id: { superseded }, records, bytes }) => {
    const isEarlier = superseded === true;
    return {
      bytes: use.bytes + bytes,
      records: use.records + records,
      supersededBytes: use.supersededBytes + (isEarlier ? bytes : 0),
      supersededRecords: use.supersededRecords + (isEarlier ? records : 0),
    };
  }, NONE);
}

const asCollection = (collection: unknown): mongo.Collection => collection as mongo.Collection;

/** Loads the files of models' datasets and versions: one aggregate per kind. */
export const loadFileUseOfModels = ({ datasets, modelVersions }: Pick<Store, "datasets" | "modelVersions">) =>
  new DataLoader<string, FileUse>(async (models) => {
    const sums = await Promise.all(
      [datasets, modelVersions].map(({ collection }) => sumFiles(asCollection(collection), "model", models)),
    );
    return models.map((model) => totalOf(sums.flat(), model));
  });

/** Loads the notebooks of projects, and the files of versions from their trainings. */
export const loadFileUseOfProjects = ({ trainings, modelVersions }: Pick<Store, "trainings" | "modelVersions">) =>
  new DataLoader<string, FileUse>(async (projects) => {
    const sums = await Promise.all([
      sumNotebooks(asCollection(trainings.collection), projects),
      sumFiles(asCollection(modelVersions.collection), "train.proj._id", projects),
    ]);
    return projects.map((project) => totalOf(sums.flat(), project));
  });

/** Loads the bytes of projects' logs. */
export const loadLogBytes = ({ jobs }: Pick<Store, "jobs">) =>
  new DataLoader<string, number>(async (projects) => {
    const sums = await jobs
      .aggregate<{ _id: string; bytes: number }>([
        { $match: { proj: { $in: projects } } },
        { $group: { _id: "$proj", bytes: { $sum: "$log_bytes" } } },
      ])
      .toArray();
    const byProject = new Map(sums.map(({ _id, bytes }) => [_id, bytes]));
    return projects.map((project) => byProject.get(project) ?? 0);
  });
