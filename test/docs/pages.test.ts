import { test } from "vitest";
import { openTestApp } from "../support/open-test-app.js";
import { seedIris } from "./support/iris.js";
import { playPage } from "./support/play-page.js";

const PAGES = ["README.md", "docs/errors.md", "docs/queries.md", "docs/subscriptions.md"];

test.each(PAGES)("the examples of %s do what it says", { timeout: 120_000 }, async (page) => {
  await using app = await openTestApp({ ROCAS_TOKEN: "the-token-of-the-page" });
  await seedIris(app);

  await playPage(app, page);
});
