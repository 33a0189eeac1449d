import { flag } from "../lists/filter/choice-filters.js";
import { dateTime } from "../lists/filter/date-time-filter.js";
import { reference } from "../lists/filter/reference-filter.js";
import { text } from "../lists/filter/text-filter.js";
import { listingOf } from "../lists/listing.js";
import { builtFrom } from "./built-from.filter.js";

export const BUILD_VERSION_LISTING = listingOf("BuildVersion", {
  filter: {
    proj: reference("project", "proj", { description: "Filters by the name of the project." }),
    tag: text("tag", { description: "Filters by tag.", indexed: true }),
    dockerId: text("docker_id", { description: "Filters by the id of the image.", indexed: true }),
    digest: text("digest", { description: "Filters by the registry's manifest digest." }),
    gitVersion: text("git_version", {
      description: "Filters by the commit from which the image was built.",
      indexed: true,
    }),
    gitDirty: flag(
      "git_dirty",
      "True: images whose folder differed from its commit when it was built. False: the others.",
    ),
    builtAt: dateTime("built_at", { description: "Filters by the time at which the image was built." }),
    builtFrom: builtFrom("built_from", { description: "Filters by the source of the content of the image." }),
  },
  orders: {
    TAG: { field: "tag", description: "Sorts by tag.", indexed: true },
    BUILT_AT: { field: "built_at", description: "Filters by the time at which the image was built." },
  },
});
