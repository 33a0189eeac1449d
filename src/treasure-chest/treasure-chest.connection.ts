import { connectionOf } from "../graph/connection.js";
import { TreasureChest } from "./treasure-chest.js";

export const TreasureChestConnection = connectionOf<TreasureChest>("TreasureChest", () => TreasureChest);
