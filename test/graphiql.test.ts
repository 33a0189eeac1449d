import { execFileSync } from "node:child_process";
import { beforeAll, describe, expect, test } from "vitest";
import { ask, PATIENCE, result } from "./http/support/graphiql-tab.js";
import { CHROMIUM, hasChromium, openBrowser } from "./http/support/open-browser.js";
import { openHttpServer } from "./http/support/open-http-server.js";
import { builtProject } from "./support/built-project.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";
import { serveApp } from "./support/serve-app.js";

if (!hasChromium) console.warn(`GraphiQL is not tested: there is no ${CHROMIUM}.`);

const GREET = "query Greet($name: String!) { model(name: $name) { desc } }";
const WATCH = "subscription Watch($proj: String!) { taskChanged(proj: $proj) { type task { state } } }";

/** A project with something to train. */
async function trainable(app: TestApp) {
  const { proj } = await builtProject(app);
  const started = { proj: proj.name, notebook: "train.ipynb" };
  return { proj: proj.name, train: () => app.seed.mutate("startTraining", "StartTrainingInput", started) };
}

describe.skipIf(!hasChromium)("GraphiQL", { timeout: 120_000 }, () => {
  beforeAll(() => {
    execFileSync(process.execPath, ["src/build-graphiql.mjs"], { stdio: "inherit" });
  });

  test("opens offline with a first tab that explains the graph, and the story beside it", async () => {
    await using http = await openHttpServer();
    await using browser = await openBrowser();
    await browser.page.goto(`${http.url}/graphql`);

    await browser.page.getByRole("tab", { name: "Welcome" }).waitFor();
    await browser.page.getByText("Rocas keeps what a machine-learning team makes").waitFor();
    await browser.page.getByRole("tab", { name: "Lineage" }).waitFor();
    expect([...browser.hosts]).toEqual([new URL(http.url).host]);
    expect(browser.problems).toEqual([]);
  });

  test("runs a query and opens the documentation", async () => {
    await using http = await openHttpServer();
    await using browser = await openBrowser();
    await browser.page.goto(`${http.url}/graphql`);
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
      .getByText("The mutations of the API")
      .or(browser.page.getByRole("link", { name: "Mutation" }))
      .first()
      .waitFor();
    expect(browser.problems).toEqual([]);
  });

  test("asks for the token where the server does, and forgets it with the browser tab", async () => {
    await using http = await openHttpServer({ ROCAS_TOKEN: "a-long-token" });
    await using browser = await openBrowser();
    await browser.page.goto(`${http.url}/graphql`);
    await browser.page.getByLabel("Token").fill("a-long-token");
    await browser.page.getByRole("button", { name: "Open GraphiQL" }).click();

    await browser.page.getByRole("tab", { name: "Welcome" }).waitFor();
    expect(await browser.page.evaluate("JSON.stringify(localStorage)")).not.toContain("a-long-token");
    expect(browser.problems.filter((each) => !each.includes("401"))).toEqual([]);
  });

  test("takes the token out of its address, behind whose # the start of the server prints it", async () => {
    await using http = await openHttpServer({ ROCAS_TOKEN: "a-long-token" });
    await using browser = await openBrowser();
    const { page } = browser;
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.goto(`${http.url}/#token=a-long-token`);

    await page.getByRole("tab", { name: "Welcome" }).waitFor();
    expect(page.url()).toBe(`${http.url}/graphql`);
    expect(asked.filter((url) => new URL(url).search.includes("token"))).toEqual([]);
    expect(await page.evaluate("JSON.stringify(localStorage)")).not.toContain("a-long-token");
    expect(browser.problems).toEqual([]);
  });

  test("asks for another token if that of its address is refused", async () => {
    await using http = await openHttpServer({ ROCAS_TOKEN: "a-long-token" });
    await using browser = await openBrowser();
    await browser.page.goto(`${http.url}/graphql#token=of-another-server`);
    await browser.page.getByLabel("Token").waitFor();

    await browser.page.goto(`${http.url}/graphql#token=a-long-token`);

    await browser.page.getByRole("tab", { name: "Welcome" }).waitFor();
  });

  test("runs a query with variables, and has it in its history", async () => {
    await using app = await openTestApp();
    await using server = await serveApp(app);
    await using browser = await openBrowser();
    const { page } = browser;
    const { name } = await app.seed.model({ desc: "Tells flowers apart." });
    await page.goto(`${server.url}/graphql`);

    await ask(page, GREET, { name });
    await result(page).getByText("Tells flowers apart.").waitFor(PATIENCE);
    await page.getByRole("button", { name: "Show History" }).click();

    await page.getByRole("button", { name: "Greet" }).waitFor(PATIENCE);
    expect([...browser.hosts]).toEqual([new URL(server.url).host]);
    expect(browser.problems).toEqual([]);
  });

  test("reads the descriptions of the schema", async () => {
    await using app = await openTestApp();
    await using server = await serveApp(app);
    await using browser = await openBrowser();
    const { page } = browser;
    await page.goto(`${server.url}/graphql`);

    await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
    await page.getByRole("link", { name: "Subscription" }).click(PATIENCE);

    await page.getByText("The changes of records, by any user or by the server").waitFor(PATIENCE);
    expect(browser.problems).toEqual([]);
  });

  test("keeps a subscription open over a WebSocket of the same host, until it is stopped", async () => {
    await using app = await openTestApp();
    await using server = await serveApp(app);
    await using browser = await openBrowser();
    const { page } = browser;
    const { proj, train } = await trainable(app);
    await page.goto(`${server.url}/graphql`);

    await ask(page, WATCH, { proj });
    await page.getByRole("button", { name: /^Stop query/ }).waitFor(PATIENCE);
    await train();
    await result(page).getByText("TRAINING").waitFor(PATIENCE);
    await page.getByRole("button", { name: /^Stop query/ }).click();

    await page.getByRole("button", { name: /^Execute query/ }).waitFor(PATIENCE);
    expect([...browser.hosts]).toEqual([new URL(server.url).host]);
    expect(browser.problems).toEqual([]);
  });

  test("opens the WebSocket with the token that the page was given", async () => {
    await using app = await openTestApp({ ROCAS_TOKEN: "a-long-token" });
    await using server = await serveApp(app);
    await using browser = await openBrowser();
    const { page } = browser;
    const { proj, train } = await trainable(app);
    await page.goto(`${server.url}/graphql`);
    await page.getByLabel("Token").fill("a-long-token");
    await page.getByRole("button", { name: "Open GraphiQL" }).click();

    await ask(page, WATCH, { proj });
    await page.getByRole("button", { name: /^Stop query/ }).waitFor(PATIENCE);
    await train();

    await result(page).getByText("TRAINING").waitFor(PATIENCE);
    expect(browser.problems.filter((each) => !each.includes("401"))).toEqual([]);
  });
});
