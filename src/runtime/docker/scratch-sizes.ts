import type { DockerEngine } from "./docker-engine.js";
import type { SeenVolume } from "./engine-answers.js";

const FRESH_MS = 5_000;
/** A measurement walks every volume of the engine: it may take this share of the time, and is made less often if it takes long. */
const SHARE = 1 / 20;
const FIRST_PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 5 * 60_000;

/**
 * Sizes of volumes. The engine measures all of them at once and nothing less, so that one measurement serves every
 * container for some seconds. The figure is the engine's own: what runs in a container has no say in it. An engine that
 * measures for somebody else refuses (500); after a failure it is asked again with a growing pause.
 */
export class ScratchSizes {
  private measured: Promise<readonly SeenVolume[]> | undefined;
  private until = 0;
  private failures = 0;

  constructor(
    private readonly engine: DockerEngine,
    private readonly cluster: string,
  ) {}

  /** In MiB, rounded up; 0 if there is no such volume of ours. @throws what the last measurement threw, until the next. */
  async of(volume: string): Promise<number> {
    const seen = (await this.volumes()).find((each) => each.Name === volume);
    const ours = seen?.Labels?.["rocas.cluster"] === this.cluster;
    return ours ? Math.ceil(Math.max(0, seen.UsageData?.Size ?? 0) / 1024 / 1024) : 0;
  }

  private volumes(): Promise<readonly SeenVolume[]> {
    if (!this.measured || performance.now() > this.until) {
      const began = performance.now();
      const measuring = this.engine.diskUsage();
      this.measured = measuring;
      this.until = Number.POSITIVE_INFINITY;
      // Fresh from when it ended: with much on the disk it takes longer than it stays fresh.
      void measuring.then(
        () => {
          this.failures = 0;
          const took = performance.now() - began;
          this.until = performance.now() + Math.max(FRESH_MS, took / SHARE);
        },
        () => {
          const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.failures);
          this.failures += 1;
          this.until = performance.now() + pause;
        },
      );
    }
    return this.measured;
  }
}
