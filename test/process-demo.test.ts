import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, test, vi } from "vitest";
import { hasChromium, openBrowser } from "./http/support/open-browser.js";
import { startServerProcess } from "./docker/support/server-process.js";
import { openTempFolder } from "./support/temp-folder.js";

// Installs scikit-learn, which comes from the network if no cache of pip has it.
vi.setConfig({ testTimeout: 900_000 });

const environmentIn = (folder: string) => ({
  MONGODB_URI: "",
  DOCKER_HOST: `unix://${folder}/none.sock`,
  ROCAS_RUNTIME: "process",
  ROCAS_DATA: folder,
});

describe.runIf(process.platform === "linux")("with Node and Python alone", () => {
  test("the demo comes to the prediction and its lineage", async () => {
    await using folder = await openTempFolder();
    await using server = await startServerProcess(environmentIn(folder.path));
    const env = { ...process.env, HOST: "127.0.0.1", PORT: new URL(server.url).port, ROCAS_DATA: folder.path };

    const { stdout } = await promisify(execFile)(process.execPath, ["dist/demo/play-iris.js"], { env });

    expect(stdout).toContain(`is "setosa", says iris-clf/v-`);
    expect(stdout).toMatch(/"bvers": \{\s+"tag": "latest",\s+"dockerId": "sha256:/);
    const undeploy = `mutation { undeploy(input: { proj: "iris", name: "iris-live" }) { replicas } }`;
    const left = `{ deployment(proj: "iris", name: "iris-live") { tasks { slot } } }`;
    await server.execute(undeploy);
    await expect.poll(() => server.execute(left), { timeout: 60_000 }).toEqual({ deployment: { tasks: [] } });
  });

  test.skipIf(!hasChromium)("GraphiQL's first tab says that nothing isolates what runs", async () => {
    execFileSync(process.execPath, ["dist/http/build-graphiql.js"], { stdio: "inherit" });
    await using folder = await openTempFolder();
    await using server = await startServerProcess(environmentIn(folder.path));
    await using browser = await openBrowser();

    await browser.page.goto(`${server.url}/graphql`);

    await browser.page.getByText("# This server runs projects as local processes:").waitFor();
    await browser.page.getByText("# without isolation, with the rights of the user").waitFor();
    expect(browser.problems).toEqual([]);
  });
});
