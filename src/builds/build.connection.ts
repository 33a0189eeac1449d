import { connectionOf } from "../graph/connection.js";
import { Build } from "./build.js";

export const BuildConnection = connectionOf<Build>("Build", () => Build);
