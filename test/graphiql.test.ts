import { execFileSync } from "node:child_process";
import { beforeAll, describe, expect, test } from "vitest";
import { CHROMIUM, hasChromium, openBrowser } from "./http/support/open-browser.js";
import { openFront } from "./http/support/open-front.js";

if (!hasChromium) console.warn(`GraphiQL is not tested: there is no ${CHROMIUM}.`);

describe.skipIf(!hasChromium)("GraphiQL", { timeout: 60_000 }, () => {
  beforeAll(() => {
    execFileSync(process.execPath, ["dist/http/build-graphiql.js"], { stdio: "inherit" });
  });

  test("opens offline with a first tab that explains the graph, and the story beside it", async () => {
    await using front = await openFront();
    await using browser = await openBrowser();
    await browser.page.goto(`${front.url}/graphql`);

    await browser.page.getByRole("tab", { name: "Welcome" }).waitFor();
    await browser.page.getByText("Rocas keeps what a machine-learning team makes").waitFor();
    await browser.page.getByRole("tab", { name: "Lineage" }).waitFor();
    expect([...browser.hosts]).toEqual([new URL(front.url).host]);
    expect(browser.problems).toEqual([]);
  });

  test("runs a query and opens the documentation", async () => {
    await using front = await openFront();
    await using browser = await openBrowser();
    await browser.page.goto(`${front.url}/graphql`);
    const editor = browser.page.locator(".graphiql-query-editor .monaco-editor");
    await editor.getByText("Rocas keeps").waitFor();
    await browser.page.getByRole("button", { name: "New tab" }).click();
    await editor.getByText("Rocas keeps").waitFor({ state: "detached" });
    await editor.click();
    await browser.page.keyboard.insertText("{ polluted }");
    await editor.getByText("polluted").waitFor();
    await browser.page.getByRole("button", { name: /^Execute query/ }).click();

    await browser.page.locator(".result-window").getByText("undefined").waitFor();
    await browser.page.getByRole("button", { name: "Show Documentation Explorer" }).click();
    await browser.page
      .getByText("Everything that can be changed")
      .or(browser.page.getByRole("link", { name: "Mutation" }))
      .first()
      .waitFor();
    expect(browser.problems).toEqual([]);
  });

  test("asks for the token where the server does, and forgets it with the browser tab", async () => {
    await using front = await openFront({ ROCAS_TOKEN: "a-long-token" });
    await using browser = await openBrowser();
    await browser.page.goto(`${front.url}/graphql`);
    await browser.page.getByLabel("Token").fill("a-long-token");
    await browser.page.getByRole("button", { name: "Open GraphiQL" }).click();

    await browser.page.getByRole("tab", { name: "Welcome" }).waitFor();
    expect(await browser.page.evaluate("JSON.stringify(localStorage)")).not.toContain("a-long-token");
    expect(browser.problems.filter((each) => !each.includes("401"))).toEqual([]);
  });
});
