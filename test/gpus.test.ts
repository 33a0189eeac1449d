import { describe, expect, test } from "vitest";
import { deviceRequests, gpuAbility, gpuRefusal } from "../src/runtime/gpu-requests.js";
import { desiredRevision, type RevisionState } from "../src/deployment/desired-state.js";
import { builtProject } from "./support/built-project.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";
import { PlayedContainer } from "./support/played-container.js";

// What engines of these versions answer to /info, in the fields that count.
const PLAIN = { Runtimes: { runc: { path: "runc" } } };
const NVIDIA = { Runtimes: { runc: { path: "runc" }, nvidia: { path: "nvidia-container-runtime" } } };
const CDI = {
  ...PLAIN,
  CDISpecDirs: ["/etc/cdi", "/var/run/cdi"],
  DiscoveredDevices: ["0", "1", "GPU-5c1b", "all"].map((name) => ({ Source: "cdi", ID: `nvidia.com/gpu=${name}` })),
};

describe("what an engine can do", () => {
  test.each([
    ["no runtime and no device", PLAIN, { way: null, devices: null }],
    ["folders for CDI, and no device", { ...PLAIN, CDISpecDirs: ["/etc/cdi"] }, { way: null, devices: null }],
    ["the NVIDIA runtime", NVIDIA, { way: "nvidia", devices: null }],
    ["CDI devices", CDI, { way: "cdi", devices: ["nvidia.com/gpu=0", "nvidia.com/gpu=1"] }],
  ])("with %s", (_what, info, ability) => {
    expect(gpuAbility(info)).toEqual(ability);
  });
});

describe("what is sent to the engine", () => {
  const common = { Driver: "nvidia", Capabilities: [["gpu", "compute", "utility"]] };

  test.each([
    ["so many of the runtime", { count: 2, devices: null }, NVIDIA, { ...common, Count: 2 }],
    ["named ones of the runtime", { count: 1, devices: ["GPU-5c1b"] }, NVIDIA, { ...common, DeviceIDs: ["GPU-5c1b"] }],
    ["so many CDI devices", { count: 1, devices: null }, CDI, { Driver: "cdi", DeviceIDs: ["nvidia.com/gpu=0"] }],
    [
      "named CDI devices",
      { count: 2, devices: ["1", "nvidia.com/gpu=0"] },
      CDI,
      { Driver: "cdi", DeviceIDs: ["nvidia.com/gpu=1", "nvidia.com/gpu=0"] },
    ],
  ])("for %s", (_what, request, info, body) => {
    expect(deviceRequests(request, gpuAbility(info))).toEqual([body]);
  });

  test("is nothing if the engine cannot give them", () => {
    expect(() => deviceRequests({ count: 1, devices: null }, gpuAbility(PLAIN))).toThrow(/no GPU to give/);
    expect(gpuRefusal({ count: 3, devices: null }, gpuAbility(CDI))).toBe("The engine's machine has 2 GPUs.");
    expect(gpuRefusal({ count: 1, devices: ["nvidia.com/gpu=0"] }, gpuAbility(NVIDIA))).toMatch(/no CDI devices/);
  });
});

const START = `mutation ($input: StartTrainingInput!) { startTraining(input: $input) { id resources { gpus gpuDevices } } }`;
const start = (app: TestApp, proj: string, resources: object) =>
  app.execute(START, { input: { proj, notebook: "train.ipynb", resources } });

test("a training with GPUs asks the engine for them, and tells its container how many to expect", async () => {
  await using app = await openTestApp();
  app.runtime.gpus = gpuAbility(NVIDIA);
  const { proj } = await builtProject(app);

  const { data } = await start(app, proj.name, { gpuDevices: ["1", "0"] });
  await app.settled();

  const [spec] = app.runtime.running(data.startTraining.id);
  expect(data.startTraining.resources).toEqual({ gpus: 2, gpuDevices: ["1", "0"] });
  expect(spec!.resources.gpus).toEqual({ count: 2, devices: ["1", "0"] });
  expect((await PlayedContainer.of(spec!).claim()).body.gpus).toBe(2);
});

test.each([
  [{ gpus: 1 }, ["gpus"], "LIMIT_EXCEEDED", /NVIDIA container runtime/],
  [{ gpus: -1 }, ["gpus"], "BAD_USER_INPUT", /0 to 64 GPUs/],
  [{ gpus: 1, gpuDevices: ["0", "1"] }, ["gpuDevices"], "BAD_USER_INPUT", /leave `gpus` out/],
  [{ gpuDevices: ["0", "0"] }, ["gpuDevices", 1], "BAD_USER_INPUT", /named once/],
  [{ gpuDevices: ["all"] }, ["gpuDevices", 0], "BAD_USER_INPUT", /by index/],
  [{ gpuDevices: ["0", "1", "2"] }, ["gpuDevices"], "LIMIT_EXCEEDED", /2 GPUs at most/],
])("%j is refused before anything starts", async (resources, path, code, message) => {
  await using app = await openTestApp({ ROCAS_RESOURCE_CAPS: `{"gpus": 2}` });
  app.runtime.gpus = gpuAbility(PLAIN);
  const { proj } = await builtProject(app);

  const [error] = (await start(app, proj.name, resources)).errors!;

  expect(error!.message).toMatch(message);
  expect(error!.extensions).toMatchObject({ code, path: ["input", "resources", ...path] });
});

const revision = (number: number, fields: Partial<RevisionState>): RevisionState => ({
  number,
  slots: 0,
  ready: 0,
  complete: false,
  occupied: fields.slots ?? 0,
  hasGpus: true,
  ...fields,
});
const replicasOf = (desired: number, ...revisions: RevisionState[]) =>
  revisions.map(({ number }) => desiredRevision(number, { revision: 2, replicas: desired }, revisions).replicas);

test("a deployment with GPUs rolls out one at a time, in place", () => {
  const served = { ready: 2, complete: true };

  expect(replicasOf(2, revision(1, { slots: 2, ...served }), revision(2, {}))).toEqual([1, 0]);
  expect(replicasOf(2, revision(1, { slots: 1, occupied: 2, ready: 1, complete: true }), revision(2, {}))).toEqual([
    1, 0,
  ]);
  expect(replicasOf(2, revision(1, { slots: 1, ready: 1, complete: true }), revision(2, {}))).toEqual([1, 1]);
  expect(
    replicasOf(2, revision(1, { slots: 1, ready: 1, complete: true }), revision(2, { slots: 1, ready: 1 })),
  ).toEqual([0, 1]);
  expect(replicasOf(2, revision(1, { occupied: 0, complete: true }), revision(2, { slots: 1, ready: 1 }))).toEqual([
    0, 2,
  ]);
});

test("without GPUs the replicas of both revisions run for a time", () => {
  const before = revision(1, { slots: 2, ready: 2, complete: true, hasGpus: false });

  expect(replicasOf(2, before, revision(2, { hasGpus: false }))).toEqual([2, 2]);
});
