import { connectionOf } from "../graph/connection.js";
import { BuildVersion } from "./build-version.js";

export const BuildVersionConnection = connectionOf<BuildVersion>("BuildVersion", () => BuildVersion);
