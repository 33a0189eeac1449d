/**
 * What builds and runs projects, as a test looks at it from outside of the server: by the engine's own command line, or by
 * what the system says of its processes. `data` is always the data folder of the server.
 */
export interface RuntimeUnderTest {
  /** What a server is told so that it works with this one. */
  settings(folder: string): Readonly<Record<string, string>>;
  /** Before the first server: makes what is missing. */
  prepare(): void;
  /** The Dockerfile of a project, and what it needs, whose build goes on for so long. */
  slowBuild(how: SlowBuild): Readonly<Record<string, string>>;
  hasImage(data: string, dockerId: string): boolean;
  /** Names what is there of a job, ended or not: containers, or runs of local processes; always in the same order. */
  runsOf(data: string, job: string): string[];
  /** What tells a run from one that was started again under its name. */
  startOf(data: string, run: string): string;
  /** The ways in which a run can be killed by hand; each resolves once what it kills is dead. */
  readonly kills: Readonly<Record<string, (data: string, run: string) => Promise<void>>>;
  /** Tells a run to end, as an engine does that ends itself, or a system that is shut down; resolves once it has. */
  stopRun(data: string, run: string): Promise<void>;
  /** How many processes `sleep <mark>` there are. */
  sleeping(mark: string): number;
  /** Whatever is left on this machine of a server that has stopped, but for images. */
  left(data: string): Promise<string[]>;
  /** Removes whatever a server that has stopped has left. */
  clear(data: string, keepSteps: boolean): Promise<void>;
}

export interface SlowBuild {
  /** So long, once its children are there. */
  readonly seconds: number;
  /** It starts processes `sleep <mark>`, which leave its group and session. */
  readonly mark: string;
}

let marks = 0;

/** Seconds that no other process on this machine sleeps. */
export const newMark = (): string => `${5_000 + (process.pid % 4_000_000)}.${(marks += 1)}`;
