import type { Answer } from "./told.js";

type Execute = (document: string, variables?: Record<string, unknown>) => Promise<Answer>;
type Fields = Record<string, unknown>;

/** Records to begin with, made through GraphQL as a client makes them. */
export class Seed {
  private count = 0;

  constructor(private readonly execute: Execute) {}

  /** Runs a mutation and gives what it answers. @throws where it is refused. */
  async mutate(name: string, type: string, input: Fields, selection = "id name"): Promise<Answer["data"]> {
    const document = `mutation Seed($input: ${type}!) { ${name}(input: $input) { ${selection} } }`;
    const { data, errors } = await this.execute(document, { input });
    if (errors) throw new Error(`${name}: ${errors.map(({ message }) => message).join("; ")}`);
    return data[name];
  }

  model(input: Fields = {}): Promise<{ id: string; name: string }> {
    return this.mutate("createModel", "CreateModelInput", { name: this.name("model"), ...input });
  }

  project(input: Fields = {}): Promise<{ id: string; name: string }> {
    return this.mutate("createProject", "CreateProjectInput", { name: this.name("project"), ...input });
  }

  dataset(input: Fields & { model: string }): Promise<{ id: string; name: string; state: string }> {
    const files = [{ name: "measures.csv", text: "5.1,3.5,1.4,0.2\n" }];
    return this.mutate(
      "createDataset",
      "CreateDatasetInput",
      { name: this.name("dataset"), files, ...input },
      "id name state",
    );
  }

  modelVersion(input: Fields & { model: string }): Promise<{ id: string; name: string; state: string }> {
    const files = [{ name: "clf.pkl", text: "weights" }];
    return this.mutate(
      "publishModelVersion",
      "PublishModelVersionInput",
      { name: this.name("version"), files, ...input },
      "id name state",
    );
  }

  private name(kind: string): string {
    this.count += 1;
    return `${kind}-${this.count}`;
  }
}
