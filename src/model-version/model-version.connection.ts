import { connectionOf } from "../graph/connection.js";
import { ModelVersion } from "./model-version.js";

export const ModelVersionConnection = connectionOf<ModelVersion>("ModelVersion", () => ModelVersion);
