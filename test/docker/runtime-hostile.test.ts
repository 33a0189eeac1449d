import { afterAll, beforeAll, expect, test } from "vitest";
import { ContainerRefusedError, type ContainerSpec, type Resources } from "../../src/runtime/runtime.js";
import { containerOf, newJob } from "../contracts/runtime.contract.js";
import {
  BASE_IMAGE,
  buildTestImage,
  describeWithDocker,
  dockerCommand,
  ensureBaseImage,
  openCluster,
  type TestCluster,
} from "./support/engine.js";

const CANARY = "canary-8c1f0e";

/** Answers every request with "hello". */
const SERVER = `exec perl -MIO::Socket -e '
  $s = IO::Socket::INET->new(LocalPort => 8080, Listen => 9) or die;
  while ($c = $s->accept) { while (<$c>) { last if /^\\s*$/ } print $c "HTTP/1.0 200 OK\\r\\n\\r\\nhello"; close $c }'`;

/** Runs a shell script in a container of the policy and gives what it wrote. */
async function outputOf(cluster: TestCluster, image: string, more: Partial<Resources> = {}): Promise<string> {
  const container = containerOf(image);
  return outputOfContainer(cluster, { ...container, resources: { ...container.resources, ...more } });
}

async function outputOfContainer({ runtime }: TestCluster, container: ContainerSpec): Promise<string> {
  await runtime.run({ ...container, secretFiles: { token: CANARY } });
  const until = performance.now() + 20_000;
  while ((await runtime.observe(container.job))[0]?.state !== "EXITED") {
    if (performance.now() > until) throw new Error("The container does not end.");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return runtime.lastOutput(container.name);
}

describeWithDocker("containers on Docker", () => {
  const tags: string[] = [];
  const imageOf = async (script: string, more = "") => {
    const { id, tag } = await buildTestImage(`FROM ${BASE_IMAGE}\n${more}`, script);
    tags.push(tag);
    return id;
  };

  beforeAll(ensureBaseImage, 180_000);
  afterAll(() => tags.forEach((tag) => dockerCommand("rmi", "-f", tag)));

  test("the job's user reads its secret, keeps state and works in the scratch folders", async () => {
    await using cluster = openCluster();
    const image = await imageOf(
      'id -u; cat /rocas/secrets/token; echo; stat -c "%a %u" /rocas/secrets /rocas/secrets/token /rocas/state; ' +
        "echo 5 > /rocas/state/exit && for f in work data model nha tmp; do echo x > /scratch/$f/f && echo wrote $f; done",
    );

    const output = await outputOf(cluster, image);

    expect(output).toMatch(/^10000\ncanary-8c1f0e\n500 10000\n400 10000\n700 10000\n/);
    expect(output.match(/wrote/g)).toHaveLength(5);
  });

  test("nothing else can be written, gained or reached", async () => {
    await using cluster = openCluster();
    const image = await imageOf(
      "for f in / /etc /usr /rocas /rocas/secrets /scratch /var/tmp /proc/sys/kernel; do touch $f/x 2>/dev/null && echo WROTE $f; done; " +
        "grep -E 'CapEff|NoNewPrivs|Seccomp:' /proc/self/status; cat /proc/1/comm; ls /proc | grep -c '^[0-9]'; " +
        "ls /dev | tr '\\n' ' '; ls -d /var/run/docker.sock /host 2>/dev/null; " +
        "timeout 3 bash -c '</dev/tcp/169.254.169.254/80' 2>/dev/null && echo REACHED metadata; " +
        "timeout 3 bash -c '</dev/tcp/10.255.255.53/53' 2>/dev/null && echo REACHED outside; getent hosts example.org; echo end",
    );

    const output = await outputOf(cluster, image);

    expect(output).not.toMatch(/WROTE|REACHED|docker\.sock|sda/);
    expect(output).toMatch(/CapEff:\t0+\n/);
    expect(output).toMatch(/NoNewPrivs:\t1\n/);
    expect(output).toMatch(/Seccomp:\t2\n/);
    expect(output).toMatch(/end\n$/);
  });

  test("containers reach the gateway and not each other", async () => {
    await using cluster = openCluster();
    const listening = await imageOf(SERVER);
    const replica = containerOf(listening, { kind: "deploy", job: newJob() });
    await cluster.runtime.run(replica);
    const { endpoint } = (await cluster.runtime.observe(replica.job))[0]!;
    const { hostname } = new URL(endpoint!);
    const calling = await imageOf(
      `timeout 3 bash -c '</dev/tcp/${hostname}/8080' 2>/dev/null && echo REACHED; echo end`,
    );

    expect(await outputOf(cluster, calling)).toBe("end\n");
    // From here it is reached: the router does.
    expect(await (await fetch(endpoint!)).text()).toBe("hello");
  });

  test("a container's secret is in no list, inspection or environment", async () => {
    await using cluster = openCluster();
    const container = containerOf(await imageOf("sleep 60"));
    await cluster.runtime.run({ ...container, secretFiles: { token: CANARY } });

    expect(dockerCommand("inspect", container.name)).not.toContain(CANARY);
    expect(dockerCommand("top", container.name, "auxeww")).not.toContain(CANARY);
    expect(dockerCommand("volume", "inspect", `${container.name}-state`)).not.toContain(CANARY);
  });

  test("what a container writes is stripped and bounded, a line without end too", async () => {
    await using cluster = openCluster();
    const image = await imageOf(
      "head -c 3000000 /dev/zero | tr '\\0' x; printf '\\033[31mred\\033[0m\\001\\007 \\342\\200\\256end\\r\\n'; sleep 1; echo err >&2",
    );

    const output = await outputOf(cluster, image);

    expect(Buffer.byteLength(output)).toBeLessThanOrEqual(64 * 1024);
    expect(output).toMatch(/xxred end\n/);
    expect(output).toContain("err\n");
    expect(output).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202e]/);
  });

  test("what a container fills is measured from outside", async () => {
    await using cluster = openCluster();
    const image = await imageOf("head -c 30000000 /dev/zero > /scratch/work/large; sleep 60");
    const container = containerOf(image);

    await cluster.runtime.run(container);

    await expect
      .poll(() => cluster.runtime.scratchMb(container.name, 0), { timeout: 20_000 })
      .toBeGreaterThanOrEqual(28);
  });

  test("shared memory holds 200 MiB, and what lies in TMPDIR is executable", async () => {
    await using cluster = openCluster();
    const image = await imageOf(
      "dd if=/dev/zero of=/dev/shm/large bs=1M count=200 2>&1 | tail -1; " +
        'printf "#!/bin/sh\\necho executed in $TMPDIR\\n" > $TMPDIR/x; chmod +x $TMPDIR/x; $TMPDIR/x',
    );

    const output = await outputOf(cluster, image, { memoryMb: 512 });

    expect(output).toMatch(/209715200 bytes/);
    expect(output).toContain("executed in /scratch/tmp\n");
  });

  test("what the image says about how it is run counts for nothing if a program is named", async () => {
    await using cluster = openCluster();
    const image = await imageOf(
      "echo the image's own",
      'SHELL ["/bin/bash", "-c"]\nENTRYPOINT ["echo", "entered"]\nUSER 0\nHEALTHCHECK CMD exit 1\nSTOPSIGNAL SIGKILL\nENV ROCAS_JOB=x TMPDIR=/x',
    );
    const container = { ...containerOf(image), command: ["/bin/sh", "-c", "id -u; echo $TMPDIR $ROCAS_JOB"] };

    const output = await outputOfContainer(cluster, container);

    expect(output).toBe(`10000\n/scratch/tmp ${container.job}\n`);
  });

  test("a program that another signal should stop is gone all the same, with its volumes", async () => {
    await using cluster = openCluster();
    const container = containerOf(await imageOf("trap '' TERM; while :; do sleep 1; done", "STOPSIGNAL SIGWINCH"));
    await cluster.runtime.run(container);

    await cluster.runtime.stop(container.name);

    expect(dockerCommand("ps", "-aq", "--filter", `name=${container.name}`)).toBe("");
    expect(dockerCommand("volume", "ls", "-q", "--filter", `name=${container.name}`)).toBe("");
  });

  test("an image that declares a volume is refused, and makes none", async () => {
    await using cluster = openCluster();
    const tag = `rocas-test/${Math.random().toString(36).slice(2)}:latest`;
    const made = dockerCommand("create", BASE_IMAGE, "true");
    dockerCommand("commit", "-c", "VOLUME /outside", made, tag);
    dockerCommand("rm", made);
    tags.push(tag);
    const container = containerOf(dockerCommand("inspect", "-f", "{{.Id}}", tag));

    await expect(cluster.runtime.run(container)).rejects.toThrow(ContainerRefusedError);

    expect(await cluster.runtime.observe(container.job)).toEqual([]);
  });

  test("an image whose /rocas leads elsewhere gets no secret and is not started", async () => {
    await using cluster = openCluster();
    const container = containerOf(await imageOf("cat /rocas/secrets/token", "RUN ln -s /etc /rocas"));

    await expect(cluster.runtime.run(container)).rejects.toThrow("read-only");

    expect(await cluster.runtime.observe(container.job)).toMatchObject([{ state: "CREATED", startedAt: null }]);
  });

  test("volumes and networks of somebody else are left alone", async () => {
    await using cluster = openCluster();
    const container = containerOf(await imageOf("sleep 60"));
    const volume = `${container.name}-state`;
    dockerCommand("volume", "create", volume);

    await expect(cluster.runtime.run(container)).rejects.toMatchObject({ code: "CONFLICT" });
    await cluster.runtime.stop(container.name);

    expect(dockerCommand("volume", "ls", "-q", "--filter", `name=${volume}`)).toBe(volume);
    dockerCommand("volume", "rm", volume);
  });

  test("a network of somebody else that has our name is a conflict", async () => {
    await using cluster = openCluster();
    const network = `rocas-${cluster.cluster}`;
    dockerCommand("network", "create", network);

    await expect(cluster.runtime.runApiHost()).rejects.toMatchObject({ code: "CONFLICT" });
    dockerCommand("network", "rm", network);

    expect(await cluster.runtime.runApiHost()).toMatch(/^[\d.]+$/);
  });

  test("what one cluster runs another neither sees nor stops", async () => {
    await using cluster = openCluster();
    await using other = openCluster();
    const container = containerOf(await imageOf("sleep 60"));
    await cluster.runtime.run(container);

    expect(await other.runtime.observe()).toEqual([]);
    await expect(other.runtime.stop(container.name)).rejects.toMatchObject({ code: "CONFLICT" });

    expect(await cluster.runtime.observe(container.job)).toMatchObject([{ state: "RUNNING" }]);
  });
});
