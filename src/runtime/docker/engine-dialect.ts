import type { EngineVersion } from "./engine-answers.js";

interface Ulimit {
  readonly Name: string;
  readonly Soft: number;
  readonly Hard: number;
}

/** What is different with one engine. The adapter asks here, and nowhere else which engine it has. */
export interface Dialect {
  /** Name and version, as in "Podman 5.4.2". */
  readonly name: string;
  /** True if a network can keep its containers from each other (`enable_icc`). */
  readonly separatesContainers: boolean;
  /** The limits that the engine would fill in by itself, as high as only a privileged engine may set them. */
  readonly ulimits: readonly Ulimit[];
  /** Further folders of a container, which the engine makes writable and unbounded under a read-only root. */
  readonly tmpfs: Readonly<Record<string, string>>;
}

const DOCKER = { separatesContainers: true, ulimits: [], tmpfs: {} };

const PODMAN = {
  separatesContainers: false,
  // Processes are bounded by the container's own control group. This limit counts those of all containers together.
  ulimits: [
    { Name: "nofile", Soft: 4_096, Hard: 4_096 },
    { Name: "nproc", Soft: 16_384, Hard: 16_384 },
  ],
  tmpfs: {
    "/run": "rw,nosuid,nodev,noexec,size=1m,mode=755",
    "/var/tmp": "rw,nosuid,nodev,noexec,size=1m,mode=755",
  },
};

/** Podman answers as Docker would. Its components tell it apart. */
export function dialectOf({ Version, Components }: EngineVersion): Dialect {
  const isPodman = (Components ?? []).some(({ Name }) => Name === "Podman Engine");
  return isPodman ? { ...PODMAN, name: `Podman ${Version}` } : { ...DOCKER, name: `Docker ${Version}` };
}

interface ContainerBody {
  readonly HostConfig: { readonly Ulimits: readonly Ulimit[]; readonly Tmpfs: Readonly<Record<string, string>> };
}

/** Returns the request that creates a container, as this engine has to be told it. */
export const containerIn = <T extends ContainerBody>({ ulimits, tmpfs }: Dialect, body: T): object => ({
  ...body,
  HostConfig: {
    ...body.HostConfig,
    Ulimits: [...body.HostConfig.Ulimits, ...ulimits],
    Tmpfs: { ...body.HostConfig.Tmpfs, ...tmpfs },
  },
});

/** Returns parameters of a build. Podman reads limits in the form of the command line, and refuses Docker's objects. */
export function buildLimits({ ulimits }: Dialect): Readonly<Record<string, string>> {
  if (ulimits.length === 0) return {};
  return { ulimits: JSON.stringify(ulimits.map(({ Name, Soft, Hard }) => `${Name}=${Soft}:${Hard}`)) };
}

/** Returns the id with its algorithm, which Podman leaves out in some answers. */
export const imageIdOf = (id: string): string => (/^[0-9a-f]{64}$/.test(id) ? `sha256:${id}` : id);

/** What Podman tells by 500, which else means that the engine is in trouble, and Docker by a status of its own. */
const REFUSALS: readonly (readonly [RegExp, number])[] = [
  // Podman 4: the name is taken.
  [/\balready (?:exists|in use|used)\b|\bname .* is in use\b/i, 409],
  [/invoke a command that was not found/i, 400],
];

/** True if Podman refuses to copy into a volume into which another process copies. Docker lets them follow each other. */
export const isCopyCollision = (error: unknown): boolean =>
  error instanceof Error && error.message.includes("error during bulk transfer");

/** Returns the status with which Docker would answer. */
export function statusOf(status: number, message: string): number {
  const found = status === 500 ? REFUSALS.find(([words]) => words.test(message)) : undefined;
  return found?.[1] ?? status;
}
