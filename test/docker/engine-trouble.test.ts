import { expect, test } from "vitest";
import { DockerRuntime } from "../../src/runtime/docker/docker-runtime.js";
import { containerOf } from "../contracts/runtime.contract.js";
import { describeWithDocker, openCluster, useTestImage } from "./support/engine.js";
import { openFaultyEngine } from "./support/faulty-engine.js";

/** The call, its status and its words, as engines gave them; and what is said of it. */
const TROUBLES = [
  [
    "networks/create",
    404,
    "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network",
    "no free address range",
  ],
  ["networks/create", 400, "all predefined address pools have been fully subnetted", "no free address range"],
  ["networks/create", 500, "could not find free subnet from subnet pools", "no free address range"],
  [
    "volumes/create",
    500,
    "mkdir /var/lib/docker/volumes/x: no space left on device",
    "disk of the container engine is full",
  ],
  [
    "volumes/create",
    500,
    "mkdir /var/lib/docker/volumes/x: read-only file system",
    "storage of the container engine is read-only",
  ],
  [
    "/start",
    500,
    "crun: setrlimit `RLIMIT_NOFILE`: Operation not permitted: OCI permission denied",
    "CAP_SYS_RESOURCE",
  ],
  [
    "/start",
    400,
    "failed to create task for container: OCI runtime create failed: error setting rlimits for ready process: operation not permitted",
    "default-ulimits",
  ],
  ["/start", 500, "crun: the requested cgroup controller `pids` is not available: OCI runtime error", "cgroups"],
  [
    "containers/create",
    400,
    "NanoCPUs can not be set, as your kernel does not support CPU CFS scheduler or the cgroup is not mounted",
    "cgroups",
  ],
] as const;

describeWithDocker("an engine whose machine lacks something", () => {
  const image = useTestImage("exec sleep 600");

  for (const [step, status, message, said] of TROUBLES)
    test(`${status} "${message.slice(0, 60)}" is waited out, and says what helps`, async () => {
      await using cluster = openCluster();
      await using engine = await openFaultyEngine();
      const runtime = new DockerRuntime({ docker: engine.docker, cluster: cluster.cluster });
      const container = containerOf(image.id);
      engine.fault = (request) => (request.includes(step) ? { status, body: JSON.stringify({ message }) } : null);

      const refused = runtime.run(container);

      await expect(refused).rejects.toMatchObject({ code: "RUNTIME_UNAVAILABLE" });
      await expect(refused).rejects.toThrow(said);
      await expect(refused).rejects.toThrow(message);
      engine.fault = () => null;
      await runtime.run(container);
      expect(await runtime.observe(container.job)).toMatchObject([{ state: "RUNNING" }]);
    });
});
