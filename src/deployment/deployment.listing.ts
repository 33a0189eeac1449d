import { choiceFilter } from "../lists/filter/choice-filters.js";
import { int } from "../lists/filter/number-filters.js";
import { reference } from "../lists/filter/reference-filter.js";
import { text } from "../lists/filter/text-filter.js";
import { listingOf } from "../lists/listing.js";
import { Availability } from "./deployment.js";
import { SERVED_CRITERIA } from "./served.filter.js";

const availability = choiceFilter("Availability", () => Availability);

export const DEPLOYMENT_LISTING = listingOf("Deployment", {
  filter: {
    proj: reference("project", "proj", { description: "By the name of the project." }),
    name: text("name", { description: "By name.", indexed: true }),
    replicas: int("replicas", { description: "By how many containers are wanted." }),
    revision: int("revision", { description: "By the number of the wanted revision." }),
    availability: availability("availability", {
      description: "By how many of the wanted replicas answer.",
      indexed: true,
    }),
    ...SERVED_CRITERIA,
  },
  orders: {
    NAME: { field: "name", description: "By name.", indexed: true },
    REPLICAS: { field: "replicas", description: "By how many containers are wanted." },
    REVISION: { field: "revision", description: "By the number of the wanted revision." },
  },
});
