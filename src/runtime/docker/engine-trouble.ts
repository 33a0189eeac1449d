interface Trouble {
  readonly words: RegExp;
  /** The reason and what helps. */
  readonly means: string;
}

/**
 * What the machine of an engine lacks. An engine tells these by words alone: it gives them statuses that it uses for
 * wrong requests, too. The words are those of Docker 20.10 to 28, runc, crun and Podman 4 and 5.
 */
const TROUBLES: readonly Trouble[] = [
  {
    words:
      /non-overlapping IPv[46] address pool|predefined address pools have been fully subnetted|could not find (?:a )?free subnet/i,
    means:
      "The container engine has no free address range for another network. Remove networks that nothing uses (docker network prune), or give the engine more ranges (default-address-pools in Docker's daemon.json, default_subnet_pools in Podman's containers.conf).",
  },
  {
    words: /no space left on device|disk quota exceeded/i,
    means:
      "The disk of the container engine is full. Free space there (docker system df says what takes it); the work goes on by itself.",
  },
  {
    words: /setrlimit|RLIMIT_|error setting rlimit/i,
    means:
      "The container engine may not set the limits (ulimits) that its own configuration asks for. Set default-ulimits (Docker) or default_ulimits (Podman) to what the engine may give, or give it CAP_SYS_RESOURCE.",
  },
  {
    words:
      /(?:apply|applying|setting|creating) cgroup|cgroup (?:mountpoint|controller|is not mounted)|\/sys\/fs\/cgroup|`(?:cpu|memory|pids)\.max`/i,
    means:
      "The container engine cannot limit memory, processors or processes (cgroups), without which no container of Rocas runs. Give the engine the controllers memory, cpu and pids.",
  },
  {
    // In the words of a runtime, it is the container's own root, which is read-only on purpose.
    words: /^(?!.*(?:OCI runtime|runc|crun)).*read-only file system/is,
    means: "The storage of the container engine is read-only. Look at its disk (dmesg), and mount it writable again.",
  },
];

/** Returns what the engine's machine lacks and what helps, then the engine's words; null if it is nothing known. */
export function engineTrouble(message: string): string | null {
  const found = TROUBLES.find(({ words }) => words.test(message));
  return found ? `${found.means} (${message})` : null;
}
