import { FakeSource } from "../fakes/fake-source.js";
import { sourceContract } from "./source.contract.js";

sourceContract("projects in memory", async () => {
  const source = new FakeSource();
  const request = (location: string) => ({ location, ref: null, credentials: null });
  return {
    source,
    async project(files) {
      source.put("project", files);
      return request("project");
    },
    missing: request("absent"),
    commit: () => null,
    [Symbol.asyncDispose]: async () => {},
  };
});
