import { afterAll, beforeAll, expect, test } from "vitest";
import { ImageBuildError } from "../../src/runtime/image-builder.js";
import { ProcessImageBuilder } from "../../src/runtime/process/process-image-builder.js";
import { SLOW_PACKAGE } from "../support/python-projects.js";
import { openTempFolder, type TempFolder } from "../support/temp-folder.js";
import { imageBuilderContract } from "./image-builder.contract.js";

const BASE = "rocas/onboard";
let environments: TempFolder;

beforeAll(async () => {
  environments = await openTempFolder();
});
afterAll(() => environments[Symbol.asyncDispose]());

async function open() {
  const folder = await openTempFolder();
  return {
    builder: new ProcessImageBuilder({
      root: folder.path,
      environments: environments.path,
      basePackages: { requirements: [], folder: null },
    }),
    base: BASE,
    slow: { Dockerfile: `FROM ${BASE}\nCOPY . .\nRUN pip install --no-index ./slow\n`, ...SLOW_PACKAGE },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

imageBuilderContract("the image builder without an engine", open);

test("without an engine nothing is pulled or pushed, which the error says", async () => {
  await using opened = await open();

  const pulling = opened.builder.pull("registry.example.org/a:v1", null, () => {});
  const pushing = opened.builder.push("registry.example.org/a:v1", null, () => {});

  await expect(pulling).rejects.toThrow(ImageBuildError);
  await expect(pulling).rejects.toThrow(
    "registry.example.org/a:v1 cannot be pulled: there is no registry without an engine",
  );
  await expect(pushing).rejects.toThrow(
    "registry.example.org/a:v1 cannot be pushed: there is no registry without an engine",
  );
});
