/** The bounds of one resource of a container, and its name in the store. */
interface ResourceBounds {
  readonly stored: string;
  readonly min: number;
  readonly max: number;
  readonly isWhole: boolean;
  /** The unit, in words. */
  readonly unit: string;
}

/** The resources that a container can be given, by their names in the graph and in the settings. */
export const RESOURCES = {
  cpus: { stored: "cpus", min: 0.01, max: 1_024, isWhole: false, unit: "processors" },
  memoryMb: { stored: "memory_mb", min: 64, max: 16_777_216, isWhole: true, unit: "MiB of memory" },
  shmMb: { stored: "shm_mb", min: 1, max: 16_777_216, isWhole: true, unit: "MiB of shared memory" },
  pids: { stored: "pids", min: 16, max: 4_194_304, isWhole: true, unit: "processes and threads" },
  gpus: { stored: "gpus", min: 0, max: 64, isWhole: true, unit: "GPUs" },
  scratchMb: { stored: "scratch_mb", min: 1, max: 16_777_216, isWhole: true, unit: "MiB of disk" },
} as const satisfies Record<string, ResourceBounds>;

export type ResourceName = keyof typeof RESOURCES;

export const RESOURCE_NAMES = Object.keys(RESOURCES) as ResourceName[];

/** Resources as far as they are said. */
export type ResourceSet = { readonly [Name in ResourceName]?: number };

/** Returns what is wrong with an amount, as a sentence; null if nothing is. */
export function amountFault(name: ResourceName, amount: number): string | null {
  const { min, max, isWhole, unit }: ResourceBounds = RESOURCES[name];
  if (amount >= min && amount <= max && (!isWhole || Number.isSafeInteger(amount))) return null;
  const kind = isWhole ? "a whole number" : "a number";
  return `A container has ${kind} of ${min.toLocaleString("en")} to ${max.toLocaleString("en")} ${unit}.`;
}
