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

/** The most versions, and the most datasets, of one model that are reported. */
const MAX_RECORDS = 50;

type FilesRecord = AnyRecord & Pick<Dataset | ModelVersion, "files" | "manifest">;
type ContractOf = (model: Model) => readonly FileDoc[];

/**
 * Returns the current versions and datasets that the contracts of models would refuse, the newest first: one aggregate
 * a type for all models that are asked at a time, and a look into the manifests that are in lists of their own.
 */
export function loadViolations(store: Pick<Store, "models" | "modelVersions" | "datasets" | "fileLists">) {
  return new DataLoader<Model, ContractViolation[], string>(
    async (models) => {
      const { modelVersions, datasets } = store;
      const [versions, data] = await Promise.all([
        violationsOf(store, modelVersions as unknown as Records<FilesRecord>, models, ({ model_files }) => model_files),
        violationsOf(store, datasets as unknown as Records<FilesRecord>, models, ({ data_files }) => data_files, {
          stored: true,
        }),
      ]);
      return models.map(({ _id }) => [...(versions.get(_id) ?? []), ...(data.get(_id) ?? [])]);
    },
    { cacheKeyFn: ({ _id, version }) => `${_id} ${version}` },
  );
}

async function violationsOf(
  store: Pick<Store, "models" | "fileLists">,
  records: Records<FilesRecord>,
  models: readonly Model[],
  contractOf: ContractOf,
  among: object = {},
): Promise<ReadonlyMap<string, readonly ContractViolation[]>> {
  const byModel = await recordsToCheck(store.models, records, models, contractOf, among);
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

/** The records of each model whose files break a rule of its contract, or lie in a list of their own. */
async function recordsToCheck(
  modelRecords: Records<Model>,
  records: Records<FilesRecord>,
  models: readonly Model[],
  contractOf: ContractOf,
  among: object = {},
): Promise<ReadonlyMap<string, readonly FilesRecord[]>> {
  const broken = models.flatMap((model) => {
    const rules = contractOf(model).flatMap(ruleConditions);
    return rules.length > 0 ? [{ model: model._id, $or: [...rules, IN_FILE_LIST] }] : [];
  });
  if (broken.length === 0) return new Map();
  const found = await modelRecords.collection
    .aggregate<{ _id: string; records: FilesRecord[] }>([
      { $match: { _id: { $in: broken.map(({ model }) => model) } } },
      { $project: { _id: 1 } },
      {
        $lookup: {
          from: records.collection.collectionName,
          localField: "_id",
          foreignField: "model",
          pipeline: [
            { $match: { superseded: false, ...among, $or: broken } },
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

/** Records whose files are in a list of their own, where the store does not see them. */
const IN_FILE_LIST = { "manifest.count": { $gt: 0 } };

/** The condition under which a record breaks a rule, in the store's words: as `contractBreaks` judges. */
const ruleConditions = ({ name, required, max_mb }: FileDoc): object[] => [
  ...(required ? [{ "files.name": { $ne: name } }] : []),
  ...(max_mb == null ? [] : [{ files: { $elemMatch: { name, size: { $gt: bytesOfMb(max_mb) } } } }]),
];
