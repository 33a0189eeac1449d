import { execFileSync } from "node:child_process";
import { setTimeout as passed } from "node:timers/promises";
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { PATIENCE, result } from "./http/support/graphiql-tab.js";
import { hasChromium, openBrowser } from "./http/support/open-browser.js";
import { openHttpServer } from "./http/support/open-http-server.js";
import { openTestApp } from "./support/open-test-app.js";
import { serveApp } from "./support/serve-app.js";

/** Longer than a click and a look, so that both come before the editors do. */
const SLOW_MS = 1_500;

const tab = (page: Page, name: string) => page.getByRole("tab", { name, exact: true });

const written = async (page: Page): Promise<string> =>
  (await page.locator(".graphiql-query-editor .view-lines").innerText(PATIENCE)).replaceAll("\u00a0", " ");

/** A page whose editors come late, as over a slow line. */
async function goSlowly(page: Page, url: string): Promise<void> {
  await page.route(/\/monaco-editor-[^/]*\.js$/, async (route) => {
    await passed(SLOW_MS);
    await route.continue();
  });
  await page.goto(url);
}

/** Turns to a tab and runs it within one task of the page: nothing of the page's own comes between. */
const runAtOnce = (page: Page, name: string): Promise<void> =>
  page.evaluate(`(() => {
    document.querySelector('[role="tab"] [title="${name}"]').click();
    document.querySelector('[aria-label^="Execute query"]').click();
  })()`);

describe.skipIf(!hasChromium)("a tab of GraphiQL", { timeout: 120_000 }, () => {
  beforeAll(() => {
    execFileSync(process.execPath, ["src/build-graphiql.mjs"], { stdio: "inherit" });
  });

  test("that is clicked before the editors have come shows its own text", async () => {
    await using http = await openHttpServer();
    await using browser = await openBrowser();
    await goSlowly(browser.page, `${http.url}/`);

    await tab(browser.page, "Lineage").click(PATIENCE);

    await expect.poll(() => written(browser.page), PATIENCE).toContain("Where does a prediction come from?");
  });

  test("keeps its text if another is opened before the editors have come", async () => {
    await using http = await openHttpServer();
    await using browser = await openBrowser();
    await goSlowly(browser.page, `${http.url}/`);

    await browser.page.getByRole("button", { name: "New tab" }).click(PATIENCE);
    await tab(browser.page, "Welcome").click(PATIENCE);

    await expect
      .poll(() => written(browser.page), PATIENCE)
      .toContain("Rocas keeps what a machine-learning team makes");
  });

  test("is asked by its own operation at once, after one whose operation's name is part of its own", async () => {
    await using app = await openTestApp();
    await using server = await serveApp(app);
    await using browser = await openBrowser();
    await browser.page.goto(server.url);
    await tab(browser.page, "Deploy").click(PATIENCE);
    await browser.page.getByRole("button", { name: /^Execute query/ }).click(PATIENCE);
    await result(browser.page).getByText('"NOT_FOUND"').waitFor(PATIENCE);

    await runAtOnce(browser.page, "FollowDeployment");

    await result(browser.page).getByText('"deployment": null').waitFor(PATIENCE);
  });

  test("with a subscription opens its WebSocket at once", async () => {
    await using app = await openTestApp();
    await using server = await serveApp(app);
    await using browser = await openBrowser();
    await browser.page.goto(server.url);
    await tab(browser.page, "BuildProject").click(PATIENCE);
    await expect.poll(() => written(browser.page), PATIENCE).toContain("mutation BuildProject");
    const opened = browser.page.waitForEvent("websocket", PATIENCE);

    await runAtOnce(browser.page, "Watch");

    expect(new URL((await opened).url()).host).toBe(new URL(server.url).host);
  });

  test("does not show the answer that another waits for", async () => {
    await using app = await openTestApp();
    await using server = await serveApp(app);
    await using browser = await openBrowser();
    const { page } = browser;
    await page.goto(server.url);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    await tab(page, "CreateModel").waitFor(PATIENCE);
    await page.route("**/graphql", (route) => held.then(() => route.continue()));
    await tab(page, "CreateModel").click(PATIENCE);
    await page.getByRole("button", { name: /^Execute query/ }).click(PATIENCE);

    await tab(page, "CreateDataset").click(PATIENCE);
    const answer = page.waitForResponse("**/graphql", PATIENCE);
    release();
    await (await answer).finished();
    await passed(300);

    expect((await result(page).innerText()).trim()).toBe("");
  });
});
