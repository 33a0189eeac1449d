import { join } from "node:path";
import { LocalSource } from "../../src/source/local/local-source.js";
import { openTempFolder, writeTree } from "../support/temp-folder.js";
import { sourceContract } from "./source.contract.js";

sourceContract("folders on this machine", async () => {
  const root = await openTempFolder();
  const request = (location: string) => ({ location, ref: null, credentials: null });
  return {
    source: new LocalSource([root.path]),
    async project(files) {
      await writeTree(join(root.path, "project"), files);
      return request("project");
    },
    missing: request("absent"),
    commit: () => null,
    [Symbol.asyncDispose]: () => root[Symbol.asyncDispose](),
  };
});
