import { expect } from "vitest";
import { type MarkedRun, runsIn } from "./marked-runs.js";
import type { WorkServer } from "./work-server.js";

interface Asked {
  readonly mutation: "buildProject" | "startTraining" | "deploy";
  readonly input: { readonly idempotencyKey: string } & Readonly<Record<string, unknown>>;
  /** The id of the record; null until an answer has come. */
  id: string | null;
}

export interface TrainingSeen {
  readonly state: string;
  readonly error: string | null;
  readonly runs: readonly MarkedRun[];
  /** Of each version that it published, whether superseded or not. */
  readonly versions: readonly string[];
}

export const MODEL = "iris-clf";

/** Work as a client asks for it that gets no answer from a server that has died: it asks again, by the same key. */
export class AskedWork {
  private readonly asked: Asked[] = [];

  constructor(private readonly server: WorkServer) {}

  build(tag: string): void {
    this.ask("buildProject", tag, { tag });
  }

  train(name: string, notebook: string): void {
    this.ask("startTraining", name, { name, notebook });
  }

  deploy(name: string, wanted: object): void {
    this.ask("deploy", `${name} ${JSON.stringify(wanted)}`, { name, ...wanted });
  }

  /** Sends what has had no answer; resolves once all of it has one, or has lost its connection. */
  async send(): Promise<void> {
    await Promise.all(this.asked.filter(({ id }) => id === null).map((each) => this.answer(each)));
  }

  /** Sends all of it again: a repeat gives the same record as the first time. */
  async sendAgain(): Promise<void> {
    for (const each of this.asked) {
      const { id } = each;
      await this.answer({ ...each, id: null }).then((again) => expect(again).toBe(id));
    }
  }

  idsOf(mutation: Asked["mutation"]): string[] {
    return [...new Set(this.asked.filter((each) => each.mutation === mutation).map(({ id }) => id!))];
  }

  /** How each training has ended, in the order in which they were asked for. */
  async trainings(): Promise<TrainingSeen[]> {
    const seen = [];
    for (const id of this.idsOf("startTraining")) {
      const { task, log, movers } = await this.server.ended("Training", id, "movers { nodes { name } }");
      const versions = movers.nodes.map(({ name }: { name: string }) => name) as string[];
      seen.push({ state: task.state, error: task.error, runs: runsIn(log.text), versions });
    }
    return seen;
  }

  /** How each build has ended, and how many versions its tag has come to. */
  async builds(): Promise<{ state: string; error: string | null; versions: number }[]> {
    const seen = [];
    for (const { id, input } of this.asked.filter(({ mutation }) => mutation === "buildProject")) {
      const { task } = await this.server.ended("Build", id!);
      const versions = await this.server.run(
        `query ($proj: String!, $tag: String!) { buildVersionGenerations(proj: $proj, tag: $tag) { totalCount } }`,
        { proj: this.server.project, tag: input["tag"] },
      );
      seen.push({ state: task.state, error: task.error, versions: versions.buildVersionGenerations.totalCount });
    }
    return seen;
  }

  private ask(mutation: Asked["mutation"], key: string, input: object): void {
    const whole = { proj: this.server.project, ...input, idempotencyKey: `${mutation} ${key}` };
    this.asked.push({ mutation, input: whole, id: null });
  }

  /** Null where none comes: the server has died. What it refuses is thrown. */
  private async answer(each: Asked): Promise<string | null> {
    const answer = this.server.mutate(each.mutation, each.input, "id");
    each.id = await answer.then(
      ({ id }) => id,
      (error: unknown) => {
        if (error instanceof TypeError) return null;
        throw error;
      },
    );
    return each.id;
  }
}
