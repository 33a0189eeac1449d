import { connectionOf } from "../graph/connection.js";
import { Dataset } from "./dataset.js";

export const DatasetConnection = connectionOf<Dataset>("Dataset", () => Dataset);
