import type { DockerEngine } from "./docker-engine.js";

const STEP = /^Step \d+\/\d+ : (\S+)/;
const STEP_IMAGE = /^ ---> ([0-9a-f]{12})\n?$/;

/**
 * Finds the images that a classic build makes in its log. A command's output may look like them. So only an untagged
 * image that was made since the build began counts.
 */
export class IntermediateImages {
  private readonly lookups: Promise<void>[] = [];
  private isNew = false;

  /** @param buildStart by the engine's clock */
  constructor(
    private readonly docker: DockerEngine,
    private readonly buildStart: Date,
    private readonly onImage: ((image: string) => void) | undefined,
  ) {}

  scan(text: string): void {
    const step = STEP.exec(text)?.[1];
    // A stage's base image was there before, and so was an image from the cache.
    if (step) this.isNew = step.toUpperCase() !== "FROM";
    else if (/^ ---> Using cache/.test(text)) this.isNew = false;
    const [, id] = STEP_IMAGE.exec(text) ?? [];
    if (id && this.isNew && this.onImage) this.lookups.push(this.report(id).catch(() => undefined));
  }

  /** Resolves once all are reported. Images that the engine does not show are left out. */
  async settled(): Promise<void> {
    await Promise.all(this.lookups);
  }

  private async report(id: string): Promise<void> {
    const found = await this.docker.image(id);
    if (found && new Date(found.Created) >= this.buildStart && (found.RepoTags ?? []).length === 0)
      this.onImage?.(found.Id);
  }
}
