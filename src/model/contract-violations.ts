import DataLoader from "dataloader";
import { Field, ObjectType } from "type-graphql";
import type { Dataset } from "../dataset/dataset.js";
import { type BrokenRule, brokenRules, bytesOfMb, ContractRule } from "../files/file-contract.js";
import { filesNamed } from "../files/files-of.js";
import { type AnyRecord, RecordInfo } from "../graph/stored-record.js";
import type { ModelVersion } from "../model-version/model-version.js";
import { HIDDEN } from "../store/read-records.js";
import type { Records, Store } from "../store/store.js";
import type { FileDoc, Model } from "./model.js";

@ObjectType({
  description:
    "A file, missing or too large, of a dataset or version that was valid when it was published and that the present file contract of the model would refuse. The record can be mounted and deployed as before.",
})
export class ContractViolation implements BrokenRule {
  @Field(() => RecordInfo, { description: "The dataset or the model version." })
  readonly record!: object;

  @Field(() => ContractRule, { description: "The rule that its files break." })
  readonly rule!: ContractRule;

  @Field(() => String, { description: "The name of the file." })
  readonly file!: string;

  @Field(() => String, { description: "A sentence that says what is wrong and what the contract asks for." })
  readonly message!: string;
}

/** Bounds the versions, and the datasets, that are reported of a model. */
const MAX_RECORDS = 50;

type FilesRecord = AnyRecord & Pick<Dataset | ModelVersion, "files" | "manifest">;
type ContractOf = (model: Model) => readonly FileDoc[];

/**
 * Returns current versions and datasets that break their model's contract, the newest first.
 * One aggregate per type serves all models.
 */
export function loadViolations(store: Pick<Store, "models" | "modelVersions" | "datasets" | "fileLists">) {
  return new DataLoader<Model, ContractViolation[], string>(
    async (models) => {
      const { modelVersions, datasets } = store;
      const [ofVersions, ofDatasets] = await Promise.all([
        violationsOf(store, modelVersions as unknown as Records<FilesRecord>, models, ({ model_files }) => model_files),
        violationsOf(store, datasets as unknown as Records<FilesRecord>, models, ({ data_files }) => data_files, {
          stored: true,
        }),
      ]);
      return models.map(({ _id }) => [...(ofVersions.get(_id) ?? []), ...(ofDatasets.get(_id) ?? [])]);
    },
    { cacheKeyFn: ({ _id, version }) => `${_id} ${version}` },
  );
}

async function violationsOf(
  store: Pick<Store, "models" | "fileLists">,
  records: Records<FilesRecord>,
  models: readonly Model[],
  contractOf: ContractOf,
  condition: object = {},
): Promise<ReadonlyMap<string, readonly ContractViolation[]>> {
  const byModel = await recordsToCheck(store.models, records, models, contractOf, condition);
  const names = [...new Set(models.flatMap((model) => contractOf(model).map(({ name }) => name)))];
  const files = await filesNamed(store, [...byModel.values()].flat(), names);
  return new Map(
    models.map((model) => {
      const found = (byModel.get(model._id) ?? []).flatMap((record) =>
        brokenRules(contractOf(model), files.get(record) ?? []).map((each) => ({ ...each, record })),
      );
      return [model._id, found];
    }),
  );
}

/** Returns records that break a rule, or whose files the aggregate cannot see. */
async function recordsToCheck(
  modelRecords: Records<Model>,
  records: Records<FilesRecord>,
  models: readonly Model[],
  contractOf: ContractOf,
  condition: object = {},
): Promise<ReadonlyMap<string, readonly FilesRecord[]>> {
  const conditions = models.flatMap((model) => {
    const rules = contractOf(model).flatMap(ruleConditions);
    return rules.length > 0 ? [{ model: model._id, $or: [...rules, IN_FILE_LIST] }] : [];
  });
  if (conditions.length === 0) return new Map();
  const found = await modelRecords.collection
    .aggregate<{ _id: string; records: FilesRecord[] }>([
      { $match: { _id: { $in: conditions.map(({ model }) => model) } } },
      { $project: { _id: 1 } },
      {
        $lookup: {
          from: records.collection.collectionName,
          localField: "_id",
          foreignField: "model",
          pipeline: [
            { $match: { superseded: false, ...condition, $or: conditions } },
            { $sort: { _id: -1 } },
            { $limit: MAX_RECORDS },
            { $project: HIDDEN },
          ],
          as: "records",
        },
      },
    ] as object[])
    .toArray();
  return new Map(found.map((each) => [each._id, each.records]));
}

/** Matches records whose files are in a list of their own. */
const IN_FILE_LIST = { "manifest.count": { $gt: 0 } };

/** Returns the conditions of a broken rule, as `brokenRules` decides. */
const ruleConditions = ({ name, required, max_mb }: FileDoc): object[] => [
  ...(required ? [{ "files.name": { $ne: name } }] : []),
  ...(max_mb == null ? [] : [{ files: { $elemMatch: { name, size: { $gt: bytesOfMb(max_mb) } } } }]),
];
