import { afterAll, beforeAll, expect, test } from "vitest";
import { newMark, type RuntimeUnderTest } from "./runtime-under-test.js";
import { TASK, WorkServer } from "./work-server.js";

const MARK = newMark();

/** What a cancelled build owes, whatever it is made with. */
export function buildCancelTests(runtime: RuntimeUnderTest): void {
  let server: WorkServer;

  beforeAll(async () => {
    const files = runtime.slowBuild({ seconds: 8, mark: MARK });
    server = await WorkServer.start(runtime, { project: "flowers", files });
    await server.mutate("createProject", { name: "flowers", homeDir: "flowers" });
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  const build = async (tag: string): Promise<string> =>
    (await server.mutate("buildProject", { proj: "flowers", tag }, "id")).id;
  const underWay = () =>
    server.poll(
      () => runtime.sleeping(MARK),
      (count) => count >= 3,
      300,
    );

  test("that is cancelled ends all that was started for it, and makes no version", async () => {
    const id = await build("cancelled");
    await underWay();

    await server.mutate("cancelBuild", { id }, "id");

    const { task, bvers } = await server.ended("Build", id, "bvers { dockerId }");
    expect([task.state, bvers]).toEqual(["CANCELLED", null]);
    await expect.poll(() => runtime.sleeping(MARK)).toBe(0);
    const { buildVersions } = await server.run(`{ buildVersions { totalCount } }`);
    expect(buildVersions.totalCount).toBe(0);
  });

  test("goes on while another one of the same content is cancelled, and leaves no process", async () => {
    const [kept, cancelled] = [await build("kept"), await build("other")];
    await underWay();

    await server.mutate("cancelBuild", { id: cancelled }, "id");

    expect((await server.ended("Build", cancelled)).task.state).toBe("CANCELLED");
    expect((await server.read("Build", kept, TASK)).task.state).toBe("RUNNING");
    const { task } = await server.ended("Build", kept);
    expect(task).toEqual({ state: "FINISHED", attempt: 1, error: null });
    await expect.poll(() => runtime.sleeping(MARK)).toBe(0);
  });
}
