import { flag } from "../lists/filter/choice-filters.js";
import { dateTime } from "../lists/filter/date-time-filter.js";
import { reference } from "../lists/filter/reference-filter.js";
import { text } from "../lists/filter/text-filter.js";
import { listingOf } from "../lists/listing.js";
import { builtFrom } from "./built-from.filter.js";

export const BUILD_VERSION_LISTING = listingOf("BuildVersion", {
  filter: {
    proj: reference("project", "proj", { description: "By the name of the project." }),
    tag: text("tag", { description: "By tag.", indexed: true }),
    dockerId: text("docker_id", { description: "By the id of the image.", indexed: true }),
    digest: text("digest", { description: "By the registry's manifest digest." }),
    gitVersion: text("git_version", { description: "By the commit that it was built from.", indexed: true }),
    gitDirty: flag("git_dirty", "Whether the folder differed from that commit."),
    builtAt: dateTime("built_at", { description: "By when the image was built." }),
    builtFrom: builtFrom("built_from", { description: "By where its content came from." }),
  },
  orders: {
    TAG: { field: "tag", description: "By tag.", indexed: true },
    BUILT_AT: { field: "built_at", description: "By when the image was built." },
  },
});
