import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ulid } from "ulid";
import { beforeAll, expect, test } from "vitest";
import { until } from "../support/open-work.js";
import { describeWithDocker, dockerCommand, ensureBaseImage } from "./support/engine.js";
import { ON_BOARD } from "./support/open-docker-work.js";
import { startServerProcess } from "./support/server-process.js";

const PROJECT = `mutation ($name: Name!, $homeDir: ShortText!) {
  createProject(input: { name: $name, homeDir: $homeDir }) { id }
}`;
const BUILD = `mutation ($name: String!) { buildProject(input: { proj: $name }) { id } }`;
const STATE = `query ($id: ID!) { build(id: $id) { task { state attempt error } log { text } bvers { dockerId } } }`;
const VERSIONS = `query ($name: String!) { project(name: $name) { buildVersions { nodes { dockerId } } } }`;

describeWithDocker("a killed server", () => {
  beforeAll(ensureBaseImage, 300_000);

  test("goes on with the build that was under way when it is started again", { timeout: 180_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), "rocas-killed-"));
    const homeDir = join(folder, "projects", "iris");
    await mkdir(homeDir, { recursive: true });
    await writeFile(join(homeDir, "Dockerfile"), `${ON_BOARD}RUN echo slowly; sleep 5; echo ${ulid()} > /made\n`);
    const environment = { ROCAS_DATA: join(folder, "data"), ROCAS_PROJECT_ROOTS: join(folder, "projects") };
    const first = await startServerProcess(environment);
    const name = `iris-${ulid()}`;
    const { createProject } = await first.execute(PROJECT, { name, homeDir });
    const { id } = (await first.execute(BUILD, { name })).buildProject;
    await until(async () => (await first.execute(STATE, { id })).build.log.text.includes("slowly"), 60);
    await first.kill();

    await using second = await startServerProcess(environment);
    await until(async () => (await second.execute(STATE, { id })).build.task.state === "FINISHED", 90);

    const { task, bvers } = (await second.execute(STATE, { id })).build;
    expect(task).toEqual({ state: "FINISHED", attempt: 2, error: null });
    const { project } = await second.execute(VERSIONS, { name });
    expect(project.buildVersions.nodes).toEqual([{ dockerId: bvers.dockerId }]);
    dockerCommand("rmi", "-f", ...dockerCommand("images", "-q", `rocas/${createProject.id}`).split("\n").slice(0, 1));
    await rm(folder, { recursive: true, force: true });
  });
});
