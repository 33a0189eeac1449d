import { connectionOf } from "../graph/connection.js";
import { Model } from "./model.js";

export const ModelConnection = connectionOf<Model>("Model", () => Model);
