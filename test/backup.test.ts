import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startServerProcess } from "./support/server-process.js";
import { openTempFolder } from "./support/temp-folder.js";

const SEED = /* GraphQL */ `
  mutation {
    createModel(input: { name: "kept" }) {
      id
    }
    createDataset(input: { model: "kept", name: "d", files: [{ name: "data.txt", text: "of great worth" }] }) {
      id
    }
  }
`;
const LOOK = /* GraphQL */ `
  {
    dataset(model: "kept", name: "d") {
      id
      files {
        name
        sha256
      }
      download(name: "data.txt")
    }
  }
`;

/** The commands of the page that are about a backup: from its heading on, those that call tar. */
async function tarCommands(): Promise<string[]> {
  const page = await readFile("docs/operations.md", "utf8");
  return page.slice(page.indexOf("## Backup")).match(/^tar .*$/gm) ?? [];
}

test("what the page on operations backs up is there when it is restored", { timeout: 120_000 }, async () => {
  await using folder = await openTempFolder();
  const [data, restored] = [join(folder.path, "data"), join(folder.path, "restored")];
  const settings = { MONGODB_URI: "", DOCKER_HOST: `unix://${folder.path}/nowhere.sock` };
  {
    await using server = await startServerProcess({ ...settings, ROCAS_DATA: data });
    await server.execute(SEED);
  }
  await mkdir(restored, { mode: 0o700 });
  const commands = (await tarCommands()).join("\n");
  execFileSync("bash", ["-ec", commands], { cwd: folder.path, env: { ...process.env, ROCAS_DATA: data } });

  await using copy = await startServerProcess({ ...settings, ROCAS_DATA: restored });
  const { dataset } = await copy.execute(LOOK);
  const content = await (await fetch(new URL(dataset.download, copy.url))).text();

  expect(commands.split("\n")).toHaveLength(4);
  expect(content).toBe("of great worth");
  expect(createHash("sha256").update(content).digest("hex")).toBe(dataset.files[0].sha256);
});
