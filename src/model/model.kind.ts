import { recordKind } from "../kinds/record-kind.js";
import type { FilterType } from "../lists/filter/filter-of.js";
import { snapshotFilterOf } from "../lists/filter/part-filters.js";
import { text } from "../lists/filter/value-filters.js";
import { Model, MODEL_DEFINITION } from "./model.js";

export const MODEL_SNAPSHOT_FILTER: FilterType = snapshotFilterOf("Model", {
  name: text("name", { description: "Filters by name." }),
  desc: text("desc", { description: "Filters by description." }),
});

export const MODEL = recordKind(
  {
    kind: "model",
    collection: "models",
    label: "model",
    record: Model,
    naturalKey: [["name"]],
    scope: "MODEL_NAME",
    definition: MODEL_DEFINITION,
    owns: [
      { kind: "movers", field: "model" },
      { kind: "dataset", field: "model" },
    ],
    usedBy: [{ kind: "project", field: "model" }],
  },
  {
    isCatalogue: true,
    filter: {
      name: text("name", { description: "Filters by name.", indexed: true }),
      desc: text("desc", { description: "Filters by description." }),
    },
    orders: { NAME: { field: "name", description: "Sorts by name.", indexed: true } },
  },
);
