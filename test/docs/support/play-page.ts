import { expect } from "vitest";
import type { TestApp } from "../../support/open-test-app.js";
import { serveApp } from "../../support/serve-app.js";
import { Background } from "./background.js";
import { type Block, fencedBlocks } from "./fenced-blocks.js";
import { SpokenOf } from "./spoken-of.js";

/** The address that pages speak of. */
const HOST = "127.0.0.1:4000";
/** How a command reads the token that the first start has made. */
const KEPT = "$(cat .rocas/token)";
const PATIENCE = { timeout: 30_000, interval: 100 };

/**
 * Does what a page says, block by block, against a server over the app, and compares what comes with what the page says
 * of it. The language of a block says what it is:
 * - `graphql`: sent, with the `json variables` that follow; then the `json` that follows is its answer.
 * - `sh` that begins with `curl`, and `js`: run; what they print is the `json` or, line by line, the `text` that follows.
 *   One that goes on by itself (`curl -N`, `js`) goes on while the page does. Other commands are for people.
 * - `json` after none of these, and whatever else, is not looked at.
 */
export async function playPage(app: TestApp, page: string): Promise<void> {
  await using server = await serveApp(app);
  const player = new PagePlayer(app, page, server.url);
  try {
    for (const [index, block] of player.blocks.entries()) await player.play(block, player.blocks.slice(index + 1));
    expect(player.played, `${page} has examples`).toBeGreaterThan(0);
  } finally {
    await player.end();
  }
}

class PagePlayer {
  readonly blocks: readonly Block[];
  private readonly spokenOf = new SpokenOf();
  private background: Background | undefined;
  /** How many blocks were sent or run. */
  played = 0;

  constructor(
    private readonly app: TestApp,
    private readonly page: string,
    private readonly url: string,
  ) {
    this.blocks = fencedBlocks(page);
  }

  async play(block: Block, following: readonly Block[]): Promise<void> {
    if (block.language === "graphql") return this.ask(block, following);
    if (block.language === "js") return this.goOn(block, "node", ["--input-type=module", "-e", this.text(block)]);
    if (block.language === "text" && this.background) return this.compareLines(block, this.background);
    if (block.language !== "sh" || !block.text.startsWith("curl")) return;
    if (/^curl -\w*N/.test(block.text)) return this.goOn(block, "bash", ["-c", this.text(block)]);
    await this.run(block, following[0]);
  }

  async end(): Promise<void> {
    await this.background?.end();
  }

  private async ask(block: Block, following: readonly Block[]): Promise<void> {
    const variables = following[0]?.info === "variables" ? following[0] : undefined;
    const expected = following[variables ? 1 : 0];
    const response = await fetch(`${this.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${this.app.app.settings.ROCAS_TOKEN}` },
      body: JSON.stringify({
        query: this.text(block),
        variables: variables && (JSON.parse(this.text(variables)) as object),
      }),
    });
    this.compare(block, await response.json(), expected);
  }

  private async run(block: Block, expected: Block | undefined): Promise<void> {
    const program = new Background("bash", ["-c", this.text(block)], this.environment());
    expect(await program.ended(), `${this.at(block)}: ${program.output}`).toBe(0);
    if (expected?.language === "text") this.compareText(block, program.output, expected);
    else this.compare(block, JSON.parse(program.output), expected);
  }

  /** Resolves once it is heard what happens from then on. */
  private async goOn(block: Block, command: string, args: readonly string[]): Promise<void> {
    await this.background?.end();
    const { live } = this.app.app;
    await expect.poll(() => live.subscriptions, PATIENCE).toBe(0);
    const program = new Background(command, args, this.environment());
    this.background = program;
    const begun = () => program.output.includes("data") || (live.subscriptions > 0 && live.events.position !== "");
    await Promise.race([
      program.ended(),
      expect.poll(begun, { ...PATIENCE, message: `${this.at(block)}: ${program.output}` }).toBe(true),
    ]);
  }

  private async compareLines(block: Block, program: Background): Promise<void> {
    await expect
      .poll(() => this.lineDifference(block.text, this.withoutUrl(program.output)), {
        ...PATIENCE,
        message: this.at(block),
      })
      .toBeNull();
  }

  private compareText(block: Block, output: string, expected: Block): void {
    expect(this.lineDifference(expected.text, this.withoutUrl(output)), this.at(block)).toBeNull();
  }

  /** Lines of JSON, bare or after `data: `, are compared as JSON; empty lines and comments count nothing. */
  private lineDifference(page: string, output: string): string | null {
    const [wanted, got] = [linesOf(page), linesOf(output)];
    for (const [index, line] of wanted.entries()) {
      const found = this.oneLine(line, got[index]);
      if (found) return `line ${index + 1}: ${found}`;
    }
    return null;
  }

  private oneLine(page: string, line = ""): string | null {
    const [begin, json] = partsOf(page);
    if (!json) return page === line ? null : `${JSON.stringify(line)}, not ${JSON.stringify(page)}`;
    const [begun, given] = partsOf(line);
    if (begun !== begin || !given) return `${JSON.stringify(line)}, not ${JSON.stringify(page)}`;
    return this.spokenOf.difference(JSON.parse(json), JSON.parse(given), "it");
  }

  private compare(block: Block, answer: unknown, expected: Block | undefined): void {
    const isAnswer = expected?.language === "json" && expected.info === "";
    const page: unknown = isAnswer ? JSON.parse(expected.text) : {};
    const difference = isAnswer
      ? this.spokenOf.difference(page, answer)
      : (answer as { errors?: unknown }).errors
        ? "there are errors"
        : null;
    expect(difference, `${this.at(block)} got ${JSON.stringify(answer, null, 2)}`).toBeNull();
  }

  private text({ text }: Block): string {
    this.played += 1;
    return this.spokenOf.translated(text).replaceAll(HOST, new URL(this.url).host).replaceAll(KEPT, "$ROCAS_TOKEN");
  }

  private environment(): NodeJS.ProcessEnv {
    return { ...process.env, ROCAS_TOKEN: this.app.app.settings.ROCAS_TOKEN };
  }

  private withoutUrl(text: string): string {
    return text.replaceAll(new URL(this.url).host, HOST);
  }

  private at({ line }: Block): string {
    return `${this.page}:${line}`;
  }
}

const linesOf = (text: string): string[] => text.split("\n").filter((line) => line.trim() !== "" && line !== ":");

/** What stands before the JSON of a line, and the JSON. */
function partsOf(line: string): [string, string | undefined] {
  const at = line.indexOf("{");
  return at < 0 ? [line, undefined] : [line.slice(0, at), line.slice(at)];
}
