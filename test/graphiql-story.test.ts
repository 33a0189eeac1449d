import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { PATIENCE, result } from "./http/support/graphiql-tab.js";
import { hasChromium, openBrowser } from "./http/support/open-browser.js";
import { openHttpServer } from "./http/support/open-http-server.js";
import { openTestApp } from "./support/open-test-app.js";
import { serveApp } from "./support/serve-app.js";

const STORY = "src/http/graphiql/story";
const read = (name: string): string => readFileSync(join(STORY, name), "utf8");
const documents = readdirSync(STORY).filter((each) => each.endsWith(".graphql"));

/** Text that is drawn beyond the editor's edge, in pixels. */
const hidden = (page: Page): Promise<number> =>
  page.evaluate(`(() => {
    const editor = document.querySelector(".graphiql-query-editor");
    const edge = editor.querySelector(".monaco-scrollable-element").getBoundingClientRect().right;
    const lines = [...editor.querySelectorAll(".view-line > span")];
    return Math.max(0, ...lines.map((line) => line.getBoundingClientRect().right - edge));
  })()`);

/** Runs a tab, at once after it has come to the front. */
async function run(page: Page, tab: string): Promise<string> {
  await page.getByRole("tab", { name: tab, exact: true }).click(PATIENCE);
  await page.getByRole("button", { name: /^Execute query/ }).click(PATIENCE);
  await result(page)
    .getByText(/"(data|errors)"/)
    .first()
    .waitFor(PATIENCE);
  return result(page).innerText();
}

async function makeRecords(page: Page, url: string): Promise<void> {
  await page.goto(url);
  expect(await run(page, "CreateModel")).toContain('"createModel":');
  expect(await run(page, "CreateDataset")).toContain('"createDataset":');
  expect(await run(page, "CreateProject")).toContain('"createProject":');
}

test.each(documents)("no line of the text of %s is longer than a narrow window shows", (name) => {
  const lines = read(name)
    .split("\n")
    .filter((line) => line.startsWith("#"));

  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(48);
});

test("the tab that stays open comes before what it watches has ended", () => {
  const places = ["build", "watch", "follow-build", "train"].map((part) =>
    documents.findIndex((name) => name.endsWith(`-${part}.graphql`)),
  );

  expect(places).toEqual([...places].sort((one, other) => one - other));
});

describe.skipIf(!hasChromium)("the story in GraphiQL", { timeout: 120_000 }, () => {
  beforeAll(() => {
    execFileSync(process.execPath, ["src/build-graphiql.mjs"], { stdio: "inherit" });
  });

  test.each([1_000, 1_200, 1_299, 1_300, 1_400, 1_600])("the first tab is not cut off at %i pixels", async (width) => {
    await using http = await openHttpServer();
    await using browser = await openBrowser();
    await browser.page.setViewportSize({ width, height: 900 });
    await browser.page.goto(`${http.url}/`);
    await browser.page.getByText("Rocas keeps what a machine-learning team makes").waitFor(PATIENCE);

    await expect.poll(() => hidden(browser.page), PATIENCE).toBe(0);
  });

  test("the prediction is asked of the page's own address", async () => {
    await using http = await openHttpServer();
    await using browser = await openBrowser();
    await browser.page.goto(`${http.url}/`);
    await browser.page.getByRole("tab", { name: "Lineage" }).click(PATIENCE);

    // The address is a link as soon as the editor has seen it: an element of its own within the line.
    const editor = browser.page.locator(".graphiql-query-editor .view-lines");
    const text = async () => (await editor.innerText()).replaceAll("\u00a0", " ");
    await expect.poll(text, PATIENCE).toContain(`# ROCAS=${http.url}`);
    expect(await text()).not.toContain("127.0.0.1:4000");
  });

  test("two readers on one server, one of them twice, make records of their own", async () => {
    await using app = await openTestApp();
    await using server = await serveApp(app);
    await using one = await openBrowser();
    await using other = await openBrowser();

    await makeRecords(one.page, server.url);
    await makeRecords(other.page, server.url);
    // The tabs are those of the first visit.
    await makeRecords(one.page, server.url);

    const { data } = await app.execute("{ models { totalCount } projects { totalCount nodes { name } } }");
    expect(data).toMatchObject({ models: { totalCount: 2 }, projects: { totalCount: 2 } });
    expect(data.projects.nodes[0].name).toMatch(/^iris-[a-z0-9]{4}$/);
  });
});
