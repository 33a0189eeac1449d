import type { DockerEngine } from "./docker-engine.js";
import type { SeenVolume } from "./engine-answers.js";

const FRESH = 5_000;

/**
 * Sizes of volumes. The engine measures all of them at once and nothing less, so that one measurement serves every
 * container for some seconds. The figure is the engine's own: what runs in a container has no say in it.
 */
export class ScratchSizes {
  private measured: Promise<readonly SeenVolume[]> | undefined;
  private until = 0;

  constructor(
    private readonly engine: DockerEngine,
    private readonly cluster: string,
  ) {}

  /** In MiB, rounded up; 0 where there is no such volume of ours. */
  async of(volume: string): Promise<number> {
    const seen = (await this.volumes()).find((each) => each.Name === volume);
    const ours = seen?.Labels?.["rocas.cluster"] === this.cluster;
    return ours ? Math.ceil(Math.max(0, seen.UsageData?.Size ?? 0) / 1024 / 1024) : 0;
  }

  private volumes(): Promise<readonly SeenVolume[]> {
    if (!this.measured || performance.now() > this.until) {
      const measuring = this.engine.diskUsage();
      this.measured = measuring;
      this.until = Number.POSITIVE_INFINITY;
      // Fresh from when it ended: with much on the disk it takes longer than it stays fresh.
      void measuring.then(
        () => (this.until = performance.now() + FRESH),
        () => (this.measured = undefined),
      );
    }
    return this.measured;
  }
}
