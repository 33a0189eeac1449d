import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join, posix, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { followLink } from "../../source/tree/tree-entry.js";
import { printable } from "../../text/printable.js";
import { MIB, MINUTE_MS } from "../../units.js";
import { ImageBuildError } from "../image-builder.js";
import type { DockerfilePlan } from "./build-plan.js";
import { type BasePackages, basePackagesHash, type EnvironmentSpec, type Installation } from "./environments.js";
import type { Python } from "./find-python.js";
import type { PlacedEntry } from "./image-tree.js";
import type { PipInstall } from "./pip-install.js";
import { isPath, readRequirements } from "./requirement-files.js";

const READ_PROJECT = fileURLToPath(new URL("../../../src/runtime/process/python/read_project.py", import.meta.url));
const run = promisify(execFile);
const READ_TIMEOUT_MS = MINUTE_MS;
const MAX_OUTPUT = 16 * MIB;

export interface EnvironmentInputs {
  readonly plan: DockerfilePlan;
  readonly placed: readonly PlacedEntry[];
  /** The folder of the placed files; it is not changed. */
  readonly root: string;
  /** Paths of a copy for the installer and of a file of ours; neither exists yet. */
  readonly copy: string;
  readonly constraintsFile: string;
  readonly python: Python;
  readonly basePackages: BasePackages;
  /** The hash of all placed entries. */
  readonly content: string;
  readonly noCache: boolean;
}

export interface ResolvedEnvironment {
  readonly environment: EnvironmentSpec;
  /** True if the installer needs the copy. */
  readonly needsCopy: boolean;
  /** Paths in the image that the installer reads. */
  readonly installerFiles: ReadonlySet<string>;
  /** The decisions, for the log. */
  readonly log: readonly string[];
}

/**
 * Returns the project's packages, and the hash of all that decides them: the Dockerfile, requirements.txt or else the
 * dependencies of pyproject.toml, this Python and the base packages.
 * @throws ImageBuildError
 */
export async function resolveEnvironment(inputs: EnvironmentInputs): Promise<ResolvedEnvironment> {
  const { plan, placed, root, python, basePackages, content, noCache } = inputs;
  const inImage = new Map(placed.map(({ path, entry }) => [path, { ...entry, path }]));
  const pathOf = (path: string): string | null => {
    const entry = inImage.get(path.slice(1));
    const reached = entry?.kind === "link" ? followLink(entry, inImage) : entry?.path;
    return reached && inImage.get(reached)?.kind === "file" ? `/${reached}` : null;
  };
  const at = (path: string) => {
    const found = pathOf(path);
    return found && join(root, found);
  };
  const ownFile = posix.join(plan.folder, "requirements.txt");
  const isNamed = plan.installs.some((install) => pathsOf(install, "requirements").includes(ownFile));
  const own =
    !isNamed && pathOf(ownFile) ? [installOf({ requirements: ["requirements.txt"], folder: plan.folder })] : [];
  const installs = [...plan.installs, ...own];
  const hasProject = installs.length === 0 && pathOf(posix.join(plan.folder, "pyproject.toml")) !== null;
  const project = hasProject ? await readProject(python, join(root, plan.folder)) : null;
  if (project) installs.push(installOf({ packages: project.dependencies, folder: plan.folder }));

  const named = installs.flatMap((install) => [
    ...pathsOf(install, "requirements"),
    ...pathsOf(install, "constraints"),
  ]);
  const { files, usesProject } = await readRequirements(named, at);
  const packages = installs.flatMap((install) => pathsOf(install, "packages"));
  const needsCopy = usesProject || packages.length > 0 || installs.some(findsInProject);
  if (project) await writeFile(inputs.constraintsFile, project.lockedVersions.map((pin) => `${pin}\n`).join(""));
  const base = needsCopy ? inputs.copy : root;
  const decided = {
    python: [python.version, python.identity],
    // These names decide the hash, so that another name makes every environment anew.
    onBoard: await basePackagesHash(basePackages),
    installs,
    files: [...files],
    settled: project?.lockedVersions ?? null,
    project: needsCopy ? content : null,
    again: noCache ? randomUUID() : null,
  };
  const hash = createHash("sha256").update(JSON.stringify(decided)).digest("hex");
  const constraintArguments = project && project.lockedVersions.length > 0 ? ["-c", inputs.constraintsFile] : [];
  const installations = installs
    .filter(({ packages: some, requirements }) => some.length + requirements.length > 0)
    .map((install) => installationOf(install, base, constraintArguments));
  return {
    environment: { hash, python, basePackages, installations },
    needsCopy,
    installerFiles: new Set([...files.keys(), ...packages]),
    log: [
      ...(own.length > 0 ? ["requirements.txt is installed"] : []),
      ...(project
        ? [
            `The dependencies of pyproject.toml are installed${project.lock ? `, in the versions of ${project.lock}` : ""}`,
          ]
        : []),
    ],
  };
}

const installOf = (parts: Partial<PipInstall> & Pick<PipInstall, "folder">): PipInstall => ({
  options: [],
  packages: [],
  requirements: [],
  constraints: [],
  ...parts,
});

/** Returns the paths in the image that an installation names. */
function pathsOf(install: PipInstall, kind: "requirements" | "constraints" | "packages"): string[] {
  const named =
    kind === "packages" ? install.packages.filter(isPath) : install[kind].filter((each) => !each.includes("://"));
  return named.map((each) => posix.resolve(install.folder, each.replace(/\[[^\]]*\]$/, "")));
}

const findsInProject = ({ options }: PipInstall): boolean =>
  options.some((option, index) => options[index - 1] === "--find-links" && !option.includes("://"));

function installationOf(install: PipInstall, base: string, constraintArguments: readonly string[]): Installation {
  const folder = join(base, install.folder);
  // Relative, so that the installer's messages show the author's own paths.
  const place = (path: string) =>
    path.includes("://") ? path : `./${relative(folder, join(base, posix.resolve(install.folder, path)))}`;
  const words = [
    ...install.options.map((option, index, all) => (all[index - 1] === "--find-links" ? place(option) : option)),
    ...install.packages.map((each) => (isPath(each) ? place(each) : each)),
    ...install.requirements.flatMap((file) => ["-r", place(file)]),
    ...install.constraints.flatMap((file) => ["-c", place(file)]),
  ];
  const labelWords = [
    ...words.map((word) => word.replace(/^\.\/(?=.)/, "")),
    ...constraintArguments.map((word) => (word === "-c" ? word : "lock")),
  ];
  return {
    words: [...words, ...constraintArguments],
    folder,
    label: `pip install ${labelWords.join(" ")}`.slice(0, 300),
  };
}

interface ReadProject {
  readonly dependencies: readonly string[];
  readonly lock: string | null;
  /** `name==version` each. */
  readonly lockedVersions: readonly string[];
}

async function readProject(python: Python, folder: string): Promise<ReadProject> {
  try {
    const { stdout } = await run(python.executable, ["-I", READ_PROJECT, folder], {
      timeout: READ_TIMEOUT_MS,
      maxBuffer: MAX_OUTPUT,
    });
    const project = JSON.parse(stdout) as ReadProject;
    const bad = project.dependencies.find(
      (each) => each.startsWith("-") || isPath(each) || /@\s*(?:file:|[./])/.test(each),
    );
    if (bad)
      throw new ImageBuildError(`pyproject.toml depends on ${JSON.stringify(bad)}, which is no package of an index.`);
    return project;
  } catch (error) {
    if (error instanceof ImageBuildError) throw error;
    const message = printable(String((error as { stderr?: unknown }).stderr ?? "")).trim();
    if (message === "") throw error;
    throw new ImageBuildError(message.split("\n").at(-1)!, { cause: error });
  }
}

/** @throws ImageBuildError for a file that no run would find */
export function refuseLostFiles(
  placed: readonly PlacedEntry[],
  { folder, copies }: DockerfilePlan,
  { installerFiles }: ResolvedEnvironment,
): void {
  const lost = placed.find(
    ({ path, entry }) =>
      entry.kind !== "folder" && !`/${path}`.startsWith(`${folder}/`) && !installerFiles.has(`/${path}`),
  );
  if (!lost) return;
  const copy = copies.find(({ target }) => `/${lost.path}`.startsWith(target)) ?? copies[0]!;
  throw new ImageBuildError(
    `The Dockerfile, ${copy.text} is not carried out without an engine: /${lost.path} lies outside of the project's folder, ${folder}; copy it into that.`,
  );
}
