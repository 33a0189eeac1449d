import { recordKind } from "../record-kind.js";
import { TreasureChest } from "./treasure-chest.js";

export const TREASURE_CHEST = recordKind({
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
});
