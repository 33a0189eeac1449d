import DataLoader from "dataloader";
import type { Dataset } from "../dataset/dataset.js";
import type { AnyRecord } from "../graph/stored-record.js";
import type { ModelVersion } from "../model-version/model-version.js";
import { HIDDEN } from "../store/current.js";
import type { Records, Store } from "../store/store.js";
import type { ContractViolation } from "./contract-violation.js";
import type { FileDoc } from "./file-doc.js";
import { contractBreaks, mostBytes } from "./file-contract.js";
import type { Model } from "./model.js";

/** How many versions, and how many datasets, of one model are told. */
const MAX_RECORDS = 50;

type FilesRecord = AnyRecord & Pick<Dataset | ModelVersion, "files">;
type ContractOf = (model: Model) => readonly FileDoc[];

/**
 * What the contracts of models would refuse of the current versions and datasets, the newest first: one aggregate a
 * type for all models that are asked at a time.
 */
export function loadViolations({
  models,
  modelVersions,
  datasets,
}: Pick<Store, "models" | "modelVersions" | "datasets">) {
  return new DataLoader<Model, ContractViolation[], string>(
    async (asked) => {
      const [versions, data] = await Promise.all([
        offending(models, modelVersions as unknown as Records<FilesRecord>, asked, ({ model_files }) => model_files),
        offending(models, datasets as unknown as Records<FilesRecord>, asked, ({ data_files }) => data_files, {
          stored: true,
        }),
      ]);
      return asked.map((model) => [
        ...violations(model.model_files, versions.get(model._id)),
        ...violations(model.data_files, data.get(model._id)),
      ]);
    },
    { cacheKeyFn: ({ _id, version }) => `${_id} ${version}` },
  );
}

const violations = (contract: readonly FileDoc[], records: readonly FilesRecord[] = []): ContractViolation[] =>
  records.flatMap((record) => contractBreaks(contract, record.files).map((each) => ({ ...each, record })));

/** The records of each model whose files break a rule of its contract. */
async function offending(
  models: Records<Model>,
  records: Records<FilesRecord>,
  asked: readonly Model[],
  contractOf: ContractOf,
  among: object = {},
): Promise<ReadonlyMap<string, readonly FilesRecord[]>> {
  const broken = asked.flatMap((model) => {
    const rules = contractOf(model).flatMap(ruleBroken);
    return rules.length > 0 ? [{ model: model._id, $or: rules }] : [];
  });
  if (broken.length === 0) return new Map();
  const found = await models.collection
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

/** The condition under which a record breaks a rule, in the store's words: as `contractBreaks` judges. */
const ruleBroken = ({ name, required, max_mb }: FileDoc): object[] => [
  ...(required ? [{ "files.name": { $ne: name } }] : []),
  ...(max_mb == null ? [] : [{ files: { $elemMatch: { name, size: { $gt: mostBytes(max_mb) } } } }]),
];
