import { MIB, MINUTE_MS } from "../../units.js";
import type { DockerEngine } from "./docker-engine.js";
import type { EngineVolume } from "./engine-answers.js";

const FRESH_MS = 5_000;
/** A measurement walks all volumes of the engine. It may take this share of the time. */
const MAX_TIME_SHARE = 1 / 20;
const FIRST_PAUSE_MS = 10_000;
const MAX_PAUSE_MS = 5 * MINUTE_MS;

/**
 * Measures the sizes of volumes. The engine can only measure all of them, so that one measurement serves all containers
 * for some seconds. The figure is the engine's: a container cannot influence it. The engine refuses (500) during
 * another measurement; after a failure the pause grows.
 */
export class VolumeSizes {
  private measurement: Promise<readonly EngineVolume[]> | undefined;
  private measuredAt = 0;
  private freshUntil = 0;
  private failures = 0;

  constructor(
    private readonly engine: DockerEngine,
    private readonly cluster: string,
  ) {}

  /**
   * Returns MiB, rounded up; 0 if there is no such volume of ours.
   * @param maxAgeMs how old the figure may be
   * @throws the last measurement's error, until the next one
   */
  async of(volume: string, maxAgeMs: number): Promise<number> {
    const found = (await this.volumes(maxAgeMs)).find((each) => each.Name === volume);
    if (!found) return 0;
    // Podman measures without labels.
    const labels = found.Labels ?? (await this.engine.volume(volume))?.Labels;
    const isOwn = labels?.["rocas.cluster"] === this.cluster;
    return isOwn ? Math.ceil(Math.max(0, found.UsageData?.Size ?? 0) / MIB) : 0;
  }

  private volumes(maxAgeMs: number): Promise<readonly EngineVolume[]> {
    const isFresh = performance.now() <= Math.max(this.freshUntil, this.measuredAt + maxAgeMs);
    if (!this.measurement || !isFresh) {
      const began = performance.now();
      const measuring = this.engine.volumesWithSizes();
      this.measurement = measuring;
      this.freshUntil = Number.POSITIVE_INFINITY;
      // Fresh from its end: on a full disk it takes longer than it stays fresh.
      void measuring.then(
        () => {
          this.failures = 0;
          const took = performance.now() - began;
          this.measuredAt = performance.now();
          this.freshUntil = this.measuredAt + Math.max(FRESH_MS, took / MAX_TIME_SHARE);
        },
        () => {
          const pause = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.failures);
          this.failures += 1;
          this.measuredAt = 0;
          this.freshUntil = performance.now() + pause;
        },
      );
    }
    return this.measurement;
  }
}
