import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import {
  BuildProjectDocument,
  CreateDatasetDocument,
  CreateModelDocument,
  CreateProjectDocument,
  DeployDocument,
  FollowDeploymentDocument,
  StartTrainingDocument,
} from "../../src/demo/generated/graphql.js";
import type { WorkServer } from "./work-server.js";

const EXAMPLE = new URL("../../examples/iris/", import.meta.url);
const ENDED = ["FINISHED", "FAILED", "CANCELLED"];

const BUILD = `query ($id: ID!) { build(id: $id) { task { state attempt error } log { text } bvers { dockerId } } }`;
const TRAINING = `query ($name: String!) { training(proj: "iris", name: $name) {
  id task { state attempt error progress } log { text } outputNotebook
  movers { nodes { name state details ds { name } files { name } } } } }`;
const SERVING = `{ deployment(proj: "iris", name: "iris-live") { id } }`;

/** The files of the example, as they are given to a server that may see them broken. */
export async function irisFiles(): Promise<Record<string, string>> {
  const names = await readdir(EXAMPLE);
  const contents = await Promise.all(names.map((name) => readFile(new URL(name, EXAMPLE), "utf8")));
  return Object.fromEntries(names.map((name, index) => [name, contents[index]!]));
}

/** The chapters of the iris story, each played over HTTP until it has ended. */
export class IrisStory {
  constructor(private readonly server: WorkServer) {}

  makeModel() {
    const dataFiles = ["measures.csv", "species.csv"].map((name) => ({ name, required: true, maxMb: 1 }));
    const modelFiles = [{ name: "clf.pkl", required: true, maxMb: 10 }];
    return this.server.ask(CreateModelDocument, { input: { name: "iris-clf", dataFiles, modelFiles } });
  }

  /** Announces these files of the example and sends each by PUT. */
  async sendDataset(name: string, files: readonly string[]) {
    const contents = new Map<string, string>();
    for (const file of files) contents.set(file, await readFile(new URL(file, EXAMPLE), "utf8"));
    const announced = [...contents].map(([file, content]) => ({
      name: file,
      size: Buffer.byteLength(content),
      sha256: createHash("sha256").update(content).digest("hex"),
    }));
    const input = { model: "iris-clf", name, files: announced };
    const { createDataset } = await this.server.ask(CreateDatasetDocument, { input });
    for (const { name: file, url } of createDataset.uploads) await this.server.upload(url, contents.get(file)!);
    return createDataset;
  }

  makeProject() {
    return this.server.ask(CreateProjectDocument, { input: { name: "iris", homeDir: "iris", models: ["iris-clf"] } });
  }

  /** Gives the build once it has ended; the first one makes the base image too. */
  async build() {
    const input = { proj: "iris", tag: "latest", from: "LOCAL" } as const;
    const { id } = (await this.server.ask(BuildProjectDocument, { input })).buildProject;
    const look = async () => (await this.server.run(BUILD, { id })).build;
    return this.server.poll(look, ({ task }) => ENDED.includes(task.state), 900);
  }

  /** Gives the training once it has ended. */
  async train(name: string, notebook = "train.ipynb", params: Record<string, unknown> = {}) {
    const datasets = [{ model: "iris-clf", name: "iris-150" }];
    const input = { proj: "iris", name, tag: "latest", notebook, params, datasets };
    await this.server.ask(StartTrainingDocument, { input });
    const look = async () => (await this.server.run(TRAINING, { name })).training;
    return this.server.poll(look, ({ task }) => ENDED.includes(task.state), 240);
  }

  /** Gives the deployment once all its replicas are ready. */
  async deploy(version: string, replicas: number) {
    const movers = [{ model: "iris-clf", name: version }];
    const notebook = "predict.ipynb";
    const input = { proj: "iris", name: "iris-live", tag: "latest", notebook, movers, replicas };
    await this.server.ask(DeployDocument, { input });
    return this.whenFull();
  }

  whenFull() {
    const key = { proj: "iris", name: "iris-live" };
    const look = async () => (await this.server.ask(FollowDeploymentDocument, key)).deployment!;
    return this.server.poll(look, ({ availability }) => availability === "FULL", 240);
  }

  /** What serves: the name of each container or run, and when it began. */
  async replicas(): Promise<string[]> {
    const { deployment } = await this.server.run(SERVING);
    return this.server.replicas(deployment.id);
  }

  /** The species of a flower, or how it was refused. */
  async predict(flower: readonly number[]) {
    const answer = await this.server.predict("iris-live", flower);
    const said = await answer.json();
    const [version, revision] = ["x-rocas-model-version", "x-rocas-revision"].map((each) => answer.headers.get(each));
    return { status: answer.status, said, version, revision };
  }
}
