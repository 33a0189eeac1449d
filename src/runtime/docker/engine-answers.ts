/** The fields of the engine's answers that we read (API 1.41 and newer). */

export type Labels = Readonly<Record<string, string>>;

export interface EngineVersion {
  readonly Version: string;
  readonly Os: string;
  readonly Arch: string;
  readonly Components?: readonly { readonly Name: string }[] | null;
}

export interface EngineInfo {
  readonly NCPU: number;
  /** Bytes. */
  readonly MemTotal: number;
  readonly Runtimes?: Readonly<Record<string, unknown>> | null;
  /** Of API 1.44 and newer. */
  readonly CDISpecDirs?: readonly string[] | null;
  /** Of API 1.50 and newer. */
  readonly DiscoveredDevices?: readonly { readonly Source?: string; readonly ID?: string }[] | null;
}

export interface EngineNetwork {
  readonly Id: string;
  readonly Name: string;
  readonly Created: string;
  readonly Driver: string;
  readonly Internal: boolean;
  readonly Labels: Labels | null;
  readonly Options: Labels | null;
  readonly IPAM: { readonly Config: readonly { readonly Gateway?: string }[] | null };
}

export interface EngineVolume {
  readonly Name: string;
  readonly Labels: Labels | null;
  readonly UsageData?: { readonly Size: number } | null;
}

export interface EngineContainer {
  readonly Id: string;
  readonly Name: string;
  readonly State: {
    readonly Status: "created" | "running" | "paused" | "restarting" | "removing" | "exited" | "dead";
    readonly ExitCode: number;
    readonly OOMKilled: boolean;
    readonly StartedAt: string;
  };
  readonly Config: { readonly Labels: Labels | null };
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>> | null };
}

export interface EngineContainerEntry {
  readonly Id: string;
  readonly State: string;
}

export interface EngineImage {
  readonly Id: string;
  readonly Created: string;
  readonly RepoTags: readonly string[] | null;
  readonly Config: {
    readonly Labels: Labels | null;
    readonly Volumes: Readonly<Record<string, unknown>> | null;
  } | null;
}
