import { execFile, execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { freePort } from "../support/free-port.js";
import { openTempFolder } from "../support/temp-folder.js";
import { describeWithDocker, dockerCommand } from "./support/engine.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 1_200_000 });

const IMAGE = `rocas-test/image-${randomBytes(6).toString("hex")}`;
/** The image without its base: Rocas with its dependencies, and git with its Perl, which is a third of it. */
const MAX_ADDED_MB = 300;
const COMPOSE = composeCommand();

/** Returns Compose as Docker has it, or Debian's older one; null without either. */
function composeCommand(): string[] | null {
  const ways = [["docker", "compose"], ["docker-compose"]];
  return ways.find(([program = "", ...words]) => spawnSync(program, [...words, "version"]).status === 0) ?? null;
}

const sizeMb = (image: string): number => Number(dockerCommand("image", "inspect", "-f", "{{.Size}}", image)) / 1e6;
const inspected = (name: string, what: string): string => dockerCommand("inspect", "-f", what, name);

describeWithDocker("Rocas as an image", () => {
  let base: string;
  const name = `${IMAGE.split("/")[1]}`;
  let port: number;

  beforeAll(async () => {
    base = execFileSync("test/docker/support/make-node-base.sh", { encoding: "utf8" }).trim();
    const words = ["build", "--quiet", "--network", "host", "--build-arg", `BASE=${base}`, "--tag", IMAGE, "."];
    await promisify(execFile)("docker", words);
    port = await freePort();
    // As it is meant to run: nothing but its volume and its temporary folder can be written.
    const bounds = ["--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"];
    const env = ["--env", `PORT=${port}`, "--env", "HOST=127.0.0.1"];
    const health = ["--health-interval", "1s"];
    dockerCommand("run", "--detach", "--name", name, "--network", "host", ...bounds, ...env, ...health, IMAGE);
  });
  afterAll(() => {
    dockerCommand("rm", "--force", "--volumes", name);
    dockerCommand("rmi", IMAGE);
  });

  test("it serves as a user without rights, and its health check says so", async () => {
    const health = () => inspected(name, "{{.State.Health.Status}}");

    await expect.poll(health, { timeout: 60_000 }).toBe("healthy");
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`);

    expect(await answer.json()).toEqual({ ok: true });
    expect(dockerCommand("exec", name, "id", "-un")).toBe("node");
  });

  test("it has git, and the same command as the package", () => {
    expect(dockerCommand("exec", name, "git", "--version")).toContain("git version");
    expect(dockerCommand("run", "--rm", IMAGE, "--version")).toMatch(/^\d+\.\d+\.\d+$/);
    expect(dockerCommand("run", "--rm", IMAGE, "start", "--help")).toContain("ROCAS_DATA");
  });

  test("it is small, and has no compiler", () => {
    const added = sizeMb(IMAGE) - sizeMb(base);
    console.log(`The image has ${sizeMb(IMAGE).toFixed(0)} MB, ${added.toFixed(0)} of them beside its base.`);

    expect(added).toBeLessThan(MAX_ADDED_MB);
    expect(dockerCommand("exec", name, "ls", "/opt/rocas/node_modules").split("\n")).not.toContain("typescript");
  });

  test.skipIf(!COMPOSE)(`compose.yaml starts it${COMPOSE ? "" : " (skipped: no docker compose)"}`, async () => {
    await using folder = await openTempFolder();
    const other = join(folder.path, "other.yaml");
    // No other service of it has an image here: the embedded store and a folder stand in for them.
    const rocas = { image: IMAGE, environment: { MONGODB_URI: "", ROCAS_FILES: "" } };
    await writeFile(other, JSON.stringify({ services: { rocas } }));
    const [program = "", ...words] = COMPOSE!;
    const own = await freePort();
    const named = { ROCAS_TOKEN: "t".repeat(32), ROCAS_HOST: "localhost", S3_KEY: "key", S3_SECRET: "secret-of-it" };
    const env = {
      ...process.env,
      ...named,
      DOCKER_GROUP: String(statSync("/var/run/docker.sock").gid),
      PORT: String(own),
    };
    const files = ["--file", "compose.yaml", "--file", other, "--project-directory", ".", "--project-name", name];
    const compose = (...asked: string[]) => promisify(execFile)(program, [...words, ...files, ...asked], { env });

    await compose("config", "--quiet");
    try {
      await compose("up", "--detach", "--no-deps", "--no-build", "rocas");
      const ready = () =>
        fetch(`http://127.0.0.1:${own}/health/ready`).then(
          ({ status }) => status,
          () => 0,
        );
      await expect.poll(ready, { timeout: 60_000 }).toBe(200);
      const query = { method: "POST", body: '{"query":"{ projects { nodes { id } } }"}' };
      const headers = { "content-type": "application/json", authorization: `Bearer ${named.ROCAS_TOKEN}` };
      const answer = await fetch(`http://127.0.0.1:${own}/graphql`, { ...query, headers });
      expect(await answer.json()).toEqual({ data: { projects: { nodes: [] } } });
    } finally {
      await compose("down", "--volumes");
    }
  });

  test("it ends by SIGTERM, at once if nothing is under way", () => {
    dockerCommand("stop", "--time", "15", name);

    expect(inspected(name, "{{.State.ExitCode}}")).toBe("0");
  });
});
