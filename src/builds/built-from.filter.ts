import { choiceFilter } from "../lists/filter/choice-filters.js";
import { BuiltFrom } from "./build-version.js";

export const builtFrom = choiceFilter("BuiltFrom", () => BuiltFrom);
