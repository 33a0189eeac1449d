import { recordKind } from "../kinds/record-kind.js";
import { details } from "../lists/filter/details-filter.js";
import { text } from "../lists/filter/value-filters.js";
import { TreasureChest } from "./treasure-chest.js";

export const TREASURE_CHEST = recordKind(
  {
    kind: "tchest",
    collection: "treasureChests",
    label: "treasure chest",
    record: TreasureChest,
    naturalKey: [["name"]],
    usedBy: [
      { kind: "build", field: "chest", underWay: true },
      { kind: "build", field: "registry_chest", underWay: true },
    ],
    holds: "SECRET",
  },
  {
    isCatalogue: true,
    filter: {
      name: text("name", { description: "Filters by name.", indexed: true }),
      owner: text("owner", { description: "Filters by the user to whom it belongs." }),
      desc: text("desc", { description: "Filters by description." }),
      details: details("details", "Filters by values in its details."),
    },
    orders: {
      NAME: { field: "name", description: "Sorts by name.", indexed: true },
      OWNER: { field: "owner", description: "Sorts by the user to whom it belongs." },
    },
  },
);
