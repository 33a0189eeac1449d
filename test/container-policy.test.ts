import { describe, expect, test } from "vitest";
import { createContainerBody } from "../src/runtime/container-policy.js";
import type { ContainerSpec, Resources } from "../src/runtime/runtime.js";
import { containerOf } from "./contracts/runtime.contract.js";

const IMAGE = `sha256:${"a".repeat(64)}`;
const bodyOf = (given: Partial<ContainerSpec> = {}) =>
  createContainerBody(
    { ...containerOf(IMAGE, { job: "training_1" }), ...given },
    { cluster: "c1", network: "network-id" },
  );
const withResources = (given: Partial<Resources>) =>
  bodyOf({ resources: { ...containerOf(IMAGE).resources, ...given } });

describe("the policy of containers", () => {
  test("a training has no privilege, no way to the host and bounds in everything", () => {
    expect(bodyOf()).toEqual({
      Image: IMAGE,
      Entrypoint: ["/program"],
      Cmd: [],
      User: "10000:10000",
      Env: expect.arrayContaining(["ROCAS_RUN_URL=http://127.0.0.1:1", "ROCAS_JOB=training_1", "ROCAS_ATTEMPT=1"]),
      Labels: {
        "rocas.cluster": "c1",
        "rocas.job": "training_1",
        "rocas.attempt": "1",
        "rocas.slot": "0",
        "rocas.kind": "train",
      },
      StopSignal: "SIGTERM",
      StopTimeout: 10,
      Healthcheck: { Test: ["NONE"] },
      Tty: false,
      OpenStdin: false,
      AttachStdin: false,
      HostConfig: {
        Privileged: false,
        CapDrop: ["ALL"],
        SecurityOpt: ["no-new-privileges:true"],
        ReadonlyRootfs: true,
        Mounts: [
          volume("rocas-train-training_1-a1-state", "/rocas"),
          volume("rocas-train-training_1-a1-scratch", "/scratch"),
        ],
        Tmpfs: { "/tmp": expect.stringContaining("exec,size=64m") },
        ShmSize: 64 * 1024 * 1024,
        Memory: 64 * 1024 * 1024,
        MemorySwap: 64 * 1024 * 1024,
        NanoCpus: 500_000_000,
        PidsLimit: 32,
        Ulimits: [{ Name: "core", Soft: 0, Hard: 0 }],
        LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "3" } },
        RestartPolicy: { Name: "no" },
        AutoRemove: false,
        NetworkMode: "network-id",
        IpcMode: "private",
        CgroupnsMode: "private",
        PublishAllPorts: false,
        Dns: ["127.0.0.1"],
        DnsOptions: ["timeout:1", "attempts:1"],
      },
    });
  });

  test("a replica gets the same, whatever it is for", () => {
    const replica = containerOf(IMAGE, { kind: "deploy", job: "revision_1", slot: 2 });
    const { HostConfig, Labels } = createContainerBody(replica, { cluster: "c1", network: "network-id" });

    const { Mounts: _, ...ofReplica } = HostConfig;
    const { Mounts: __, ...ofTraining } = bodyOf().HostConfig;
    expect(ofReplica).toEqual(ofTraining);
    expect(Labels).toMatchObject({ "rocas.slot": "2", "rocas.kind": "deploy" });
  });

  test("fields that the specification of a container does not have change nothing", () => {
    const hostile = {
      privileged: true,
      capAdd: ["ALL"],
      pidMode: "host",
      networkMode: "host",
      binds: ["/:/host"],
      devices: ["/dev/sda"],
      HostConfig: { Privileged: true, Binds: ["/var/run/docker.sock:/s"] },
      Volumes: { "/x": {} },
    };

    expect(bodyOf(hostile as Partial<ContainerSpec>)).toEqual(bodyOf());
  });

  test("secrets are nowhere in what is sent to the engine", () => {
    expect(JSON.stringify(bodyOf({ secretFiles: { token: "canary-4711" } }))).not.toContain("canary-4711");
  });

  test("the job's own identity cannot be given another value", () => {
    expect(bodyOf({ env: { ROCAS_JOB: "training_2" } }).Env).toContain("ROCAS_JOB=training_1");
  });

  for (const name of [
    "LD_PRELOAD",
    "PATH",
    "PYTHONPATH",
    "DOCKER_HOST",
    "ROCAS_TOKEN",
    "A=1\nB",
    "",
    "=x",
    "lower",
    "1A",
  ])
    test(`${JSON.stringify(name)} is no name in an environment`, () => {
      expect(() => bodyOf({ env: { [name]: "1" } })).toThrow(expect.objectContaining({ code: "BAD_USER_INPUT" }));
    });

  for (const value of ["1\nB=2", "\u0000", "x".repeat(40_000), "x".repeat(1_000_000)])
    test(`${JSON.stringify(value.slice(0, 10))} (${value.length}) is no value in an environment`, () => {
      expect(() => bodyOf({ env: { A: value } })).toThrow(expect.objectContaining({ code: "BAD_USER_INPUT" }));
    });

  test("an ordinary variable is passed on, and a hundred and one are not", () => {
    expect(bodyOf({ env: { OMP_NUM_THREADS: "2", PATHS: "a=b c" } }).Env).toEqual(
      expect.arrayContaining(["OMP_NUM_THREADS=2", "PATHS=a=b c"]),
    );
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, number) => [`A${number}`, ""]));
    expect(() => bodyOf({ env: many })).toThrow(expect.objectContaining({ code: "BAD_USER_INPUT" }));
  });

  for (const hostile of [
    { memoryMb: 0 },
    { memoryMb: -1 },
    { memoryMb: 1e15 },
    { memoryMb: Number.NaN },
    { memoryMb: 64.5 },
    { cpus: 0 },
    { cpus: Number.POSITIVE_INFINITY },
    { cpus: Number.NaN },
    { pids: 0 },
    { pids: -1 },
    { scratchMb: 0 },
  ])
    test(`${JSON.stringify(hostile)} bounds nothing and is refused`, () => {
      expect(() => withResources(hostile)).toThrow(expect.objectContaining({ code: "BAD_USER_INPUT" }));
    });

  for (const image of ["debian:bookworm-slim", "sha256:00", `sha256:${"g".repeat(64)}`, `${IMAGE}\n`, "../version?x="])
    test(`${JSON.stringify(image)} is no id of an image`, () => {
      expect(() => bodyOf({ image })).toThrow(expect.objectContaining({ code: "BAD_USER_INPUT" }));
    });

  test("a name of another attempt is refused", () => {
    expect(() => bodyOf({ name: "rocas-train-training_1-a2" })).toThrow(
      expect.objectContaining({ code: "BAD_USER_INPUT" }),
    );
  });
});

const volume = (Source: string, Target: string) => ({
  Type: "volume",
  Source,
  Target,
  ReadOnly: false,
  VolumeOptions: { NoCopy: true },
});
