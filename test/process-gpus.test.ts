import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { notebook } from "./onboard/notebook.js";
import { WorkServer } from "./runtimes/work-server.js";
import { processesUnderTest } from "./support/processes-under-test.js";
import { openTempFolder, type TempFolder } from "./support/temp-folder.js";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 600_000 });

// No card is here: this answers with the documented output of nvidia-smi for a machine with two.
const NVIDIA_SMI = `#!/bin/sh
case "$1" in
  -L)
    echo "GPU 0: NVIDIA H200 (UUID: GPU-5c1b6d0e-0d8e-4a9e-9d40-6f4d1a7e0001)"
    echo "GPU 1: NVIDIA H200 (UUID: GPU-8f2f7c1a-3b1d-4c55-8a8e-6f4d1a7e0002)";;
  *)
    echo "0, GPU-5c1b6d0e-0d8e-4a9e-9d40-6f4d1a7e0001, 620, 143771, 12"
    echo "1, GPU-8f2f7c1a-3b1d-4c55-8a8e-6f4d1a7e0002, 51200, 143771, [N/A]";;
esac
`;
const SEEING = notebook(
  "import os, resource, time",
  "print('cards', os.environ['CUDA_VISIBLE_DEVICES'], os.environ['CUDA_DEVICE_ORDER'])",
  "print('space', resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY)",
  "time.sleep(4)",
);

describe.runIf(process.platform === "linux")("GPUs of local processes", () => {
  let server: WorkServer;
  let programs: TempFolder;

  beforeAll(async () => {
    programs = await openTempFolder();
    const program = join(programs.path, "nvidia-smi");
    await writeFile(program, NVIDIA_SMI);
    await chmod(program, 0o755);
    const files = { Dockerfile: "FROM rocas/onboard\nCOPY . .\n", "seeing.ipynb": SEEING };
    const settings = { PATH: `${programs.path}:${process.env["PATH"]}` };
    server = await WorkServer.start(processesUnderTest, { project: "flowers", files, settings });
    await server.makeProject();
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await programs[Symbol.asyncDispose]();
  });

  test("are shown to the run that asks for them, without a limit of address space, and their use is kept", async () => {
    const { id } = await server.train("seeing.ipynb", { resources: { gpuDevices: ["1"] } });

    const { task, log, gpuUse } = await server.ended("Training", id, "gpuUse { memoryMb totalMb busy }");

    expect(task).toMatchObject({ state: "FINISHED", error: null });
    expect(log.text).toContain("cards 1 PCI_BUS_ID");
    expect(log.text).toContain("space True");
    expect(gpuUse).toEqual({ memoryMb: 51_200, totalMb: 143_771, busy: null });
  });

  test("that are not there end the run before the notebook", async () => {
    const { id } = await server.train("seeing.ipynb", { resources: { gpuDevices: ["0", "7"] } });

    const { task, log } = await server.ended("Training", id);

    const seen = "The run asked for 2 GPUs and sees 1: nvidia-smi lists 2, with CUDA_VISIBLE_DEVICES='0,7'.";
    expect(task).toMatchObject({ state: "FAILED", error: `MissingGpus: ${seen}` });
    expect(log.text).not.toContain("cards");
  });

  test("beyond those of the machine are refused", async () => {
    const asked = server.train("seeing.ipynb", { resources: { gpus: 3 } });

    await expect(asked).rejects.toThrow(/has 2 GPUs/);
  });
});
