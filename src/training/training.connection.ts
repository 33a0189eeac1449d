import { connectionOf } from "../graph/connection.js";
import { Training } from "./training.js";

export const TrainingConnection = connectionOf<Training>("Training", () => Training);
