import type { OnLog } from "../image-builder.js";
import { printable } from "../../text/printable.js";
import type { BuildTrace, TraceStep } from "./build-trace.js";

/** What the engine does for itself, in a moment: a log that begins with it says nothing. */
const UNSEEN = /^(?:\[internal\] load (?!metadata )|copy \/context |\[auth\] )/;
const MAX_NAME = 1_000;
/** Characters of a line without end, and of a step's last lines. */
const MAX_LINE = 16 * 1024;
const MAX_TAIL = 4 * 1024;
const CANCELLED = /context canceled$/;

/** What was shown of a step. */
class StepLog {
  readonly decoder = new TextDecoder();
  /** An unfinished line. */
  pending = "";
  /** The last lines. */
  tail = "";
  isShown = false;
  hasEnded = false;
  readonly parts = new Set<string>();

  constructor(readonly name: string) {}

  /** The brackets of `[base 2/3] RUN make`, or the whole name. */
  get short(): string {
    return /^\[[^\]]+\]/.exec(this.name)?.[0] ?? this.name;
  }
}

/**
 * Makes a log by lines of what BuildKit tells of steps that run side by side. What a step writes stands below its name:
 * the name is repeated where another step wrote in between.
 */
export class BuildKitLog {
  private readonly steps = new Map<string, StepLog>();
  private current: StepLog | null = null;
  private failed: StepLog | null = null;

  constructor(private readonly onLog: OnLog) {}

  add({ steps, progress, output, warnings }: BuildTrace): void {
    for (const step of steps) if (step.started !== null && step.error === "") this.showStep(step);
    for (const { step, name, total, isComplete } of progress) if (isComplete) this.showPart(step, name, total);
    for (const { step, bytes } of output) this.showOutput(step, bytes);
    for (const { text, url } of warnings) this.print(`warning: ${text}${url && ` (${url})`}`);
    for (const step of steps) if (step.error !== "") this.noteFailure(step);
  }

  /** Shows lines that have no end yet, and last of all the end of what the failed step wrote. */
  close(): void {
    for (const step of this.steps.values()) if (step !== this.failed) this.finishLine(step);
    if (this.failed) this.showEnd(this.failed);
  }

  /** Returns the engine's message, in the classic builder's words if a command failed, with the step that failed. */
  explain(failure: string): string {
    const message = failure.replace(
      /^(?:failed to solve(?: with frontend \S+)?: |failed to create LLB definition: )+/,
      "",
    );
    const [, command = "", code = ""] =
      /^process "(.*)" did not complete successfully: exit code: (\d+)/s.exec(message) ??
      /^executor failed running \[(.*)\]: exit code: (\d+)/s.exec(message) ??
      [];
    if (code !== "") return `The command '${command}' returned a non-zero code: ${code}`;
    return this.failed ? `${this.failed.name}: ${message}` : message;
  }

  private stepOf({ digest, name }: Pick<TraceStep, "digest" | "name">): StepLog {
    const known = this.steps.get(digest);
    if (known) return known;
    const step = new StepLog(oneLine(name).slice(0, MAX_NAME));
    this.steps.set(digest, step);
    return step;
  }

  private showStep(told: TraceStep): void {
    const step = this.stepOf(told);
    if (step.hasEnded || UNSEEN.test(step.name)) return;
    if (told.cached) this.print(`CACHED ${step.name}`);
    else if (!step.isShown) this.showName(step);
    step.isShown = true;
    if (told.completed === null) return;
    step.hasEnded = true;
    this.finishLine(step);
    if (!told.cached) this.print(`${step.short} done in ${((told.completed - told.started!) / 1_000).toFixed(1)} s`);
  }

  private showPart(digest: string, name: string, total: number): void {
    const step = this.steps.get(digest);
    if (!step || UNSEEN.test(step.name) || step.parts.has(name)) return;
    step.parts.add(name);
    const size = total > 0 ? ` (${(total / 1e6).toFixed(1)} MB)` : "";
    this.print(`${step.short} ${oneLine(name).slice(0, MAX_NAME)}${size}`);
  }

  private showOutput(digest: string, bytes: Uint8Array): void {
    const step = this.stepOf({ digest, name: "" });
    const lines = step.pending + step.decoder.decode(bytes, { stream: true });
    const end = lines.length > MAX_LINE ? lines.length : lines.lastIndexOf("\n") + 1;
    step.pending = lines.slice(end);
    this.printLines(step, lines.slice(0, end));
  }

  private finishLine(step: StepLog): void {
    this.printLines(step, restOf(step));
  }

  private printLines(step: StepLog, text: string): void {
    if (text === "") return;
    const lines = text.endsWith("\n") ? text : `${text}\n`;
    step.tail = (step.tail + lines).slice(-MAX_TAIL);
    if (this.current !== step) this.showName(step);
    this.onLog(printable(lines));
  }

  private noteFailure(told: TraceStep): void {
    const step = this.stepOf(told);
    if (step.hasEnded || CANCELLED.test(told.error)) return;
    step.hasEnded = true;
    this.failed ??= step;
  }

  /** Shows the end of what a step wrote once more if another step wrote since: a failure stands below its reason. */
  private showEnd(step: StepLog): void {
    if (this.current === step) return this.finishLine(step);
    const end = step.tail + restOf(step);
    this.showName(step);
    if (end !== "") this.onLog(printable(end.endsWith("\n") ? end : `${end}\n`));
  }

  private showName(step: StepLog): void {
    this.print(step.name);
    this.current = step;
  }

  private print(line: string): void {
    this.current = null;
    this.onLog(printable(`${line}\n`));
  }
}

/** Takes the line that has no end yet. */
function restOf(step: StepLog): string {
  const rest = step.pending + step.decoder.decode();
  step.pending = "";
  return rest;
}

const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, " ");
