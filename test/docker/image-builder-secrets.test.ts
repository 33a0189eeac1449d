import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { beforeAll, expect, test } from "vitest";
import { DockerImageBuilder } from "../../src/runtime/docker/docker-image-builder.js";
import { ImageBuildError } from "../../src/runtime/image-builder.js";
import { newBuild } from "../contracts/image-builder.contract.js";
import { BASE_IMAGE, describeWithDocker, docker, dockerCommand, ensureBaseImage } from "./support/engine.js";
import { openRegistry } from "./support/registry.js";
import { tarOf } from "./support/tar-of.js";

const newUser = () => ({ username: "builder", password: `canary-${randomBytes(8).toString("hex")}` });
const builder = new DockerImageBuilder({ docker });
const silent = () => {};

async function builtImage() {
  const build = newBuild();
  const dockerfile = `FROM ${BASE_IMAGE}\nLABEL n=${randomBytes(6).toString("hex")}\n`;
  return { ...build, id: await builder.build(tarOf({ Dockerfile: dockerfile }), build, silent) };
}

describeWithDocker("registries with a password", () => {
  beforeAll(ensureBaseImage, 180_000);

  test("the right credentials push and pull, and are shown to nobody", async () => {
    const user = newUser();
    await using registry = await openRegistry(user);
    const built = await builtImage();
    const remote = `${registry.address}/team/iris:v1`;
    await builder.tag(built.id, remote);
    let log = "";

    const digest = await builder.push(remote, user, (piece) => (log += piece));
    for (const tag of [remote, built.tag]) await builder.untag(tag);
    const pulled = await builder.pull(remote, user, (piece) => (log += piece));

    expect(digest).toMatch(/^sha256:/);
    expect(pulled).toBe(built.id);
    const seen = [
      log,
      dockerCommand("inspect", built.id),
      dockerCommand("history", "--no-trunc", built.id),
      registry.log(),
    ];
    expect(seen.join("\n")).not.toContain(user.password);
    await builder.untag(remote);
  });

  test("none or wrong ones are refused with what the registry said, without the password", async () => {
    const user = newUser();
    await using registry = await openRegistry(user);
    const built = await builtImage();
    const remote = `${registry.address}/team/iris:v1`;
    await builder.tag(built.id, remote);
    const wrong = { ...user, password: `${user.password}-wrong` };

    const nobody = await builder.push(remote, null, silent).catch((error: Error) => error);
    const stranger = await builder.push(remote, wrong, silent).catch((error: Error) => error);
    for (const tag of [remote, built.tag]) await builder.untag(tag);
    const pull = await builder.pull(remote, wrong, silent).catch((error: Error) => error);

    for (const error of [nobody, stranger, pull]) {
      expect(error).toBeInstanceOf(ImageBuildError);
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(user.password);
      expect((error as Error).message).toMatch(/unauthorized|no basic auth|authentication required/);
    }
  });

  test("credentials of one registry never come to another", async () => {
    const user = newUser();
    await using registry = await openRegistry(user);
    const asked: string[] = [];
    const other = createServer(({ headers }, response) => {
      asked.push(JSON.stringify(headers));
      response.writeHead(401, { "www-authenticate": 'Basic realm="other"' }).end();
    });
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const built = await builtImage();
    const remote = `${registry.address}/team/iris:v1`;
    const elsewhere = `127.0.0.1:${(other.address() as AddressInfo).port}/team/iris:v1`;
    for (const tag of [remote, elsewhere]) await builder.tag(built.id, tag);

    await builder.push(remote, user, silent);
    await expect(builder.push(elsewhere, null, silent)).rejects.toThrow(ImageBuildError);

    expect(asked.length).toBeGreaterThan(0);
    expect(asked.join("\n")).not.toContain("authorization");
    for (const tag of [remote, elsewhere, built.tag]) await builder.untag(tag);
    other.close();
  });
});

describeWithDocker("hostile builds", () => {
  beforeAll(ensureBaseImage, 180_000);

  test("a log is kept without what would steer a terminal", async () => {
    const build = newBuild();
    let log = "";
    const dockerfile = `FROM ${BASE_IMAGE}\nRUN printf '\\033[31mred\\033[0m \\001\\342\\200\\256end\\r\\n'\n`;

    await builder.build(tarOf({ Dockerfile: dockerfile }), build, (piece) => (log += piece));

    expect(log).toContain("\nred end\n");
    expect(log).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202e]/);
    await builder.untag(build.tag);
  });

  test("an aborted build leaves no container behind", async () => {
    const build = newBuild();
    const context = tarOf({ Dockerfile: `FROM ${BASE_IMAGE}\nRUN sleep 4711\n` });

    const building = builder.build(context, { ...build, signal: AbortSignal.timeout(1_500) }, silent);
    await expect(building).rejects.toMatchObject({ name: "TimeoutError" });

    const running = () => dockerCommand("ps", "-a", "--no-trunc", "--format", "{{.Command}}");
    await expect.poll(running, { timeout: 15_000 }).not.toContain("sleep 4711");
  });

  test("the last tag of an image whose container has ended is taken once the container is gone", async () => {
    const built = await builtImage();
    const container = dockerCommand("run", "-d", built.tag, "true");
    dockerCommand("wait", container);

    await expect(builder.untag(built.tag)).rejects.toMatchObject({ code: "IN_USE" });
    expect(dockerCommand("ps", "-aq", "--no-trunc", "--filter", `id=${container}`)).toBe(container);
    dockerCommand("rm", container);
    await builder.untag(built.tag);

    expect(await builder.inspect(built.tag)).toBeNull();
  });

  test("the last tag of an image that is about to start stays", async () => {
    const built = await builtImage();
    const container = dockerCommand("create", built.tag, "true");

    await expect(builder.untag(built.tag)).rejects.toMatchObject({ code: "IN_USE" });

    dockerCommand("rm", container);
    await builder.untag(built.tag);
    expect(await builder.inspect(built.id)).toBeNull();
  });
});
