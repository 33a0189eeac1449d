import { readdir } from "node:fs/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { ImageBuildError } from "../src/runtime/image-builder.js";
import { buildPlan } from "../src/runtime/process/build-plan.js";
import { openProcessBuilder, type ProcessBuilderFolder } from "./support/open-process-builder.js";

vi.setConfig({ testTimeout: 60_000 });

let opened: ProcessBuilderFolder;
beforeAll(async () => {
  opened = await openProcessBuilder();
});
afterAll(() => opened[Symbol.asyncDispose]());

const FILES = { "a.txt": "a", "data/b.csv": "b", "src/c.py": "c" };

const REFUSED: readonly (readonly [string, string])[] = [
  [
    "RUN apt-get update && apt-get install -y git",
    "line 2: RUN apt-get update && apt-get install -y git is not carried",
  ],
  [
    "RUN pip install numpy; rm -rf /",
    "RUN pip install numpy; rm -rf / is not carried out without an engine: it needs a shell",
  ],
  ["RUN pip install $(cat list)", "it needs a shell"],
  ["RUN pip install numpy>=1", "it needs a shell"],
  ["RUN pip install numpy & sleep 1", "it needs a shell"],
  ["RUN pip install", "it names no package and no file"],
  ["RUN pip install -e .", "an editable package lies in the folder of the build"],
  ["RUN pip install --target /x numpy", "pip's --target is not known here"],
  ["RUN /opt/venv/bin/pip install numpy", "only `pip install` is"],
  ["RUN pip uninstall numpy", "only `pip install` is"],
  ["FROM debian:bookworm", "one stage is"],
  ["ENV PATH=/opt/venv/bin:$PATH", "PATH is chosen for each run"],
  ["ENV MODELS=/models", "MODELS names a place in an image"],
  ["ENV LD_PRELOAD=x.so", "LD_PRELOAD is chosen for each run"],
  ["COPY --from=base /a /b", "there is no --from"],
  ["ADD https://example.org/a.csv data/", "https://example.org/a.csv is not fetched"],
  ["ADD weights.tar.gz data/", "the archive weights.tar.gz is not unpacked"],
  ["COPY data /data", "/data/b.csv lies outside of the project's folder, /project"],
  ["COPY missing.txt .", "there is no missing.txt in the project"],
  ["COPY ../a.txt b/ /../../x/", "there is no b in the project"],
  ["VOLUME /data", "what runs writes into its own copy"],
  ["ONBUILD COPY . .", "there is no such instruction"],
];

for (const [line, said] of REFUSED)
  test(`${line}: the build is refused by name, and nothing is installed`, async () => {
    const building = opened.build({ Dockerfile: `FROM rocas/onboard\n${line}\n`, ...FILES });

    await expect(building).rejects.toThrow(ImageBuildError);
    await expect(building).rejects.toThrow(said);
    expect(await readdir(opened.environments).catch(() => [])).toEqual([]);
  });

test("an image that is neither rocas/onboard nor a Python's is refused", async () => {
  await expect(opened.build({ Dockerfile: "FROM nvidia/cuda:12\nCOPY . .\n" })).rejects.toThrow(
    "line 1: FROM nvidia/cuda:12 is not carried out without an engine",
  );
});

test.each([
  ["python:3.9-slim", "this machine's Python 3.11.7, .*; not the 3.9 that the tag names"],
  ["docker.io/library/python:3.1", "not the 3.1 that the tag names"],
  ["python:3.11", "this machine's Python 3.11.7, in an environment of the project's own\\)$"],
  ["python:3.11.7-bookworm", "environment of the project's own\\)$"],
  ["python:3", "environment of the project's own\\)$"],
  ["python:slim", "environment of the project's own\\)$"],
  ["python", "environment of the project's own\\)$"],
])("the log of FROM %s says which Python is taken", (image, said) => {
  const { log } = buildPlan(`FROM ${image}\nWORKDIR /app\nCOPY . .\n`, "Python 3.11.7");

  expect(log[0]).toMatch(new RegExp(said));
});

test("all that cannot be carried out is reported at once", async () => {
  const Dockerfile = "FROM rocas/onboard\nRUN make\nVOLUME /a\n";

  await expect(opened.build({ Dockerfile })).rejects.toThrow(/line 2: RUN make .*; line 3: VOLUME \/a /);
});

const FORMS: readonly (readonly [string, object])[] = [
  ["RUN pip install --no-cache-dir -r requirements.txt", { requirements: ["requirements.txt"], packages: [] }],
  ["RUN pip3 install -rrequirements.txt", { requirements: ["requirements.txt"] }],
  ["RUN python3 -m pip install 'numpy>=1,<2' scipy", { packages: ["numpy>=1,<2", "scipy"] }],
  ['RUN ["pip", "install", "numpy"]', { packages: ["numpy"] }],
  ["ARG V=2.1\nRUN pip install torch==${V}", { packages: ["torch==2.1"] }],
  ["RUN pip install \\\n  numpy \\\n  scipy", { packages: ["numpy", "scipy"] }],
  ["RUN uv pip install --system numpy", { packages: ["numpy"], options: [] }],
  [
    "RUN pip install --index-url=https://example.org/cpu torch",
    { options: ["--index-url", "https://example.org/cpu"] },
  ],
];

for (const [line, install] of FORMS)
  test(`${line.replaceAll("\n", "\\n")} is an installation`, () => {
    const { installs } = buildPlan(`FROM rocas/onboard\n${line}\n`, "Python 3.11.7");

    expect(installs).toEqual([expect.objectContaining({ ...install, folder: "/project" })]);
  });
