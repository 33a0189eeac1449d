import type { DockerEngine } from "./docker-engine.js";

const STEP = /^Step \d+\/\d+ : (\S+)/;
const IMAGE = /^ ---> ([0-9a-f]{12})\n?$/;
/**
 * The images that a classic build makes, found in its log. What a command prints may look like them: only an image that
 * was made since the build began, and that nobody gave a tag, counts.
 */
export class MadeSteps {
  private readonly asked: Promise<void>[] = [];
  private isMade = false;

  /** @param began of the build, by the engine's clock */
  constructor(
    private readonly docker: DockerEngine,
    private readonly began: Date,
    private readonly made: ((image: string) => void) | undefined,
  ) {}

  see(text: string): void {
    const step = STEP.exec(text)?.[1];
    // The image that a stage starts from was there, and so was what comes from the cache.
    if (step) this.isMade = step.toUpperCase() !== "FROM";
    else if (/^ ---> Using cache/.test(text)) this.isMade = false;
    const [, id] = IMAGE.exec(text) ?? [];
    if (id && this.isMade && this.made) this.asked.push(this.tell(id).catch(() => undefined));
  }

  /** Resolves once all have been told. What the engine does not show is left out. */
  async told(): Promise<void> {
    await Promise.all(this.asked);
  }

  private async tell(id: string): Promise<void> {
    const seen = await this.docker.image(id);
    if (seen && new Date(seen.Created) >= this.began && (seen.RepoTags ?? []).length === 0) this.made?.(seen.Id);
  }
}
