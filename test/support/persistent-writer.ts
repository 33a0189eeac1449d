import { setTimeout as pause } from "node:timers/promises";
import { ulid } from "ulid";

const MUTATIONS = {
  createModel: `mutation ($input: CreateModelInput!) { createModel(input: $input) { id } }`,
  updateModel: `mutation ($input: UpdateModelInput!) { updateModel(input: $input) { id } }`,
  createDataset: `mutation ($input: CreateDatasetInput!) { createDataset(input: $input) { id } }`,
  createProject: `mutation ($input: CreateProjectInput!) { createProject(input: $input) { id } }`,
};
const THERE = `query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Dataset { state } } }`;
const CURRENT = `query ($model: String!) { model(name: $model) { desc } dataset(model: $model, name: "latest") { id } }`;
const MOST_AT_ONCE = 50;

interface Asked {
  readonly mutation: keyof typeof MUTATIONS;
  readonly input: { readonly idempotencyKey: string; readonly [field: string]: unknown };
}

interface Acknowledged extends Asked {
  readonly id: string;
}

/** Where it listens. */
type Server = string;

/** The server died before its whole answer had come: what it did of the request is not known. */
class Unanswered extends Error {}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each document has its own answer
async function ask(server: Server, query: string, variables: object): Promise<any> {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ query, variables });
  const answer = await fetch(`${server}/graphql`, { method: "POST", headers, body })
    .then((response) => response.json() as Promise<{ data: unknown; errors?: unknown }>)
    .catch((error: unknown) => {
      throw new Unanswered("The server died.", { cause: error });
    });
  if (answer.errors) throw new Error(`${query}: ${JSON.stringify(answer.errors)}`);
  return answer.data;
}

/** A client that writes one thing after another, remembers what was acknowledged, and repeats what was not. */
export class PersistentWriter {
  readonly acknowledged: Acknowledged[] = [];
  #unanswered: Asked | null = null;
  #checked = 0;
  #count = 0;

  /** @param model a model of its own, which it changes and makes datasets for */
  constructor(private readonly model: string) {}

  /** Writes until the server dies. */
  async writeTo(server: Server): Promise<void> {
    try {
      for (;;) await this.send(server, this.#unanswered ?? this.next());
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
    }
  }

  /**
   * Repeats the request that the server died of, under its key, then everything that it acknowledged since the last check.
   * @throws where anything acknowledged is gone, or a repeat had an effect
   */
  async check(server: Server): Promise<void> {
    if (this.#unanswered) await this.send(server, this.#unanswered);
    const since = this.acknowledged.slice(this.#checked);
    for (const { mutation, input, id } of since) {
      const again = await ask(server, MUTATIONS[mutation], { input });
      if (again[mutation].id !== id)
        throw new Error(`${mutation} made ${id}, and ${again[mutation].id} when repeated.`);
    }
    this.#checked = this.acknowledged.length;
    await this.checkThere(server, since);
    await this.checkCurrent(server);
  }

  /** @throws where anything that was ever acknowledged is gone */
  async checkAll(server: Server): Promise<void> {
    for (let from = 0; from < this.acknowledged.length; from += MOST_AT_ONCE)
      await this.checkThere(server, this.acknowledged.slice(from, from + MOST_AT_ONCE));
  }

  made(mutation: Asked["mutation"]): number {
    return this.acknowledged.filter((each) => each.mutation === mutation).length;
  }

  private async checkThere(server: Server, some: readonly Acknowledged[]): Promise<void> {
    const ids = [...new Set(some.map(({ id }) => id))];
    const { nodes } = await ask(server, THERE, { ids });
    const missing = ids.filter((id, index) => nodes[index]?.id !== id);
    if (missing.length > 0) throw new Error(`Acknowledged and gone: ${missing.join(", ")}`);
    const pending = nodes.find(({ state }: { state?: string }) => state === "PENDING");
    if (pending) throw new Error(`Sent whole and not ready: ${pending.id}`);
  }

  /** A repeat of an earlier change would show as its value, one of an earlier dataset as its id. */
  private async checkCurrent(server: Server): Promise<void> {
    const { model, dataset } = await ask(server, CURRENT, { model: this.model });
    const last = (mutation: Asked["mutation"]) => this.acknowledged.findLast((each) => each.mutation === mutation);
    const [desc, id] = [last("updateModel")?.input["desc"], last("createDataset")?.id];
    if ((model?.desc ?? undefined) !== desc) throw new Error(`${this.model} says ${model?.desc} instead of ${desc}.`);
    if (dataset?.id !== id) throw new Error(`${dataset?.id} is current instead of ${id}.`);
  }

  private async send(server: Server, asked: Asked): Promise<void> {
    this.#unanswered = asked;
    const answer = await ask(server, MUTATIONS[asked.mutation], { input: asked.input });
    this.acknowledged.push({ ...asked, id: answer[asked.mutation].id });
    this.#unanswered = null;
  }

  private next(): Asked {
    const [count, model, idempotencyKey] = [this.#count++, this.model, ulid()];
    if (count === 0) return { mutation: "createModel", input: { name: model, idempotencyKey } };
    const name = `${model}-${count}`;
    const files = [{ name: "measures.csv", text: `${name}\n` }];
    const rounds: readonly Asked[] = [
      { mutation: "createModel", input: { name, idempotencyKey } },
      { mutation: "updateModel", input: { name: model, desc: name, idempotencyKey } },
      { mutation: "createDataset", input: { model, name: "latest", files, idempotencyKey } },
      { mutation: "createProject", input: { name, models: [model], idempotencyKey } },
    ];
    return rounds[count % rounds.length]!;
  }
}

/**
 * Lets all of them write at the same time, and ends the server in the middle of it: after so many acknowledgements, and
 * so much later. Counted by what is done, since a busy machine does nothing for a while.
 */
export async function writeAndKill(
  writers: readonly PersistentWriter[],
  server: { readonly url: string; kill(): Promise<void> },
  after: { readonly acknowledgements: number; readonly ms: number },
): Promise<void> {
  const count = () => writers.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0);
  const enough = count() + after.acknowledgements;
  const writing = Promise.all(writers.map((writer) => writer.writeTo(server.url)));
  // A writer that failed has its say at the end.
  writing.catch(() => undefined);
  const end = Date.now() + 60_000;
  while (count() < enough && Date.now() < end) await pause(1);
  await pause(after.ms);
  await server.kill();
  await writing;
}
