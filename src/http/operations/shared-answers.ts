import { createHash } from "node:crypto";
import type { ExecutionResult } from "graphql";
import { isWholeFloat } from "../../graph/written-numbers.js";
import type { Caller } from "../../caller.js";
import { Deadline } from "./deadline.js";
import type { OperationRequest } from "./operation-guard.js";

/** A finished answer serves subscribers for so long that come to the event a little later. */
const KEPT_MS = 1_000;

/** The answer to one event, for all subscriptions that select the same. */
export interface SharedAnswer {
  /** The later of two answers has the higher number. */
  readonly number: number;
  /** Rejects if the time is over. */
  readonly result: Promise<ExecutionResult>;
  /** Called if the subscriber waits no longer. The execution ends with its last subscriber. */
  readonly leave: () => void;
}

/** A subscription that shares its answers with others. */
export interface Sharer {
  /** Two with the same have the same answers (`selectionOf`). */
  readonly selection: string;
  /** The number of the last answer, or 0. */
  readonly lastAnswer: number;
}

/** Executes each event once for all subscriptions of the same selection. Events are the same if the object is. */
export class SharedAnswers {
  private readonly answers = new WeakMap<object, Map<string, Execution>>();
  private begun = 0;

  constructor(private readonly deadlineMs: number) {}

  /** Joins the execution of the event, or begins one. Subscribers see no record as it was before their last answer. */
  answer(
    event: unknown,
    { selection, lastAnswer }: Sharer,
    execute: (deadline: Deadline) => Promise<ExecutionResult>,
  ): SharedAnswer {
    const known = this.answersOf(event);
    const earlier = known.get(selection);
    if (earlier && earlier.number > lastAnswer && !earlier.isCancelled) return earlier.join();
    const execution = new Execution((this.begun += 1), new Deadline(this.deadlineMs, false), execute);
    const forget = () => known.get(selection) === execution && known.delete(selection);
    known.set(selection, execution);
    execution.result.then(
      // After an error the next subscriber reads again.
      ({ errors }) => (errors ? forget() : setTimeout(forget, KEPT_MS).unref()),
      forget,
    );
    return execution.join();
  }

  private answersOf(event: unknown): Map<string, Execution> {
    if (typeof event !== "object" || event === null) return new Map();
    const known = this.answers.get(event) ?? new Map<string, Execution>();
    this.answers.set(event, known);
    return known;
  }
}

class Execution {
  readonly result: Promise<ExecutionResult>;
  isCancelled = false;
  private subscribers = 0;
  private hasEnded = false;

  constructor(
    readonly number: number,
    private readonly deadline: Deadline,
    execute: (deadline: Deadline) => Promise<ExecutionResult>,
  ) {
    this.result = deadline.answer(execute(deadline)).finally(() => this.end());
  }

  join(): SharedAnswer {
    this.subscribers += 1;
    return { number: this.number, result: this.result, leave: () => this.leave() };
  }

  private leave(): void {
    this.subscribers -= 1;
    if (this.subscribers > 0 || this.hasEnded) return;
    this.isCancelled = true;
    this.end();
  }

  private end(): void {
    this.hasEnded = true;
    this.deadline.cancel();
  }
}

/** Returns a hash that two operations share if they select the same and their callers have the same rights. */
export function selectionOf({ query, operationName, variables }: OperationRequest, { name }: Caller): string {
  const floats: number[] = [];
  let visited = 0;
  const written = JSON.stringify(variables ?? {}, function (this: object, key: string, value: unknown) {
    visited += 1;
    // 1.0 is written as 1.
    if (isWholeFloat(this, key)) floats.push(visited);
    return value;
  });
  const all = JSON.stringify([name, operationName ?? "", written, floats, query]);
  return createHash("sha256").update(all).digest("base64");
}
