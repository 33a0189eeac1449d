import { ulid } from "ulid";
import {
  BuildProjectDocument,
  CreateProjectDocument,
  DeployDocument,
  FollowDeploymentDocument,
  StartTrainingDocument,
} from "../../../src/demo/generated/graphql.js";
import { notebook } from "../../onboard/notebook.js";
import { slowNotebook } from "./story-runs.js";
import type { StoryServer } from "./story-server.js";

const ENDED = ["FINISHED", "FAILED", "CANCELLED"];
const BUILD = `query ($id: ID!) { build(id: $id) { task { state attempt error } log { text } bvers { dockerId } } }`;
const TRAINING = `query ($id: ID!) { node(id: $id) { ... on Training { task { state attempt error } log { text } } } }`;
const SERVING = `query ($id: ID!) { node(id: $id) { ... on Deployment {
  tasks { slot attempt ready } revisions { nodes { id } } } } }`;

/** A project whose every step takes time enough for a server to die in it. */
export const slowFiles = () => ({
  // Another one each time, so that no step of it comes from the engine's cache.
  Dockerfile: `FROM rocas/onboard\nWORKDIR /project\nCOPY . .\nRUN echo slowly; sleep 5; echo ${ulid()}\n`,
  "train.ipynb": slowNotebook(15),
  "quick.ipynb": slowNotebook(4),
  "predict.ipynb": notebook("from rocas import OnlinePredict", "OnlinePredict(lambda body: {'got': body})()"),
});

/** Work of that project: begun, and looked at, by one server or by the next one on its folder. */
export class SlowStory {
  constructor(private readonly server: StoryServer) {}

  makeProject() {
    return this.server.ask(CreateProjectDocument, { input: { name: "slow", homeDir: "slow" } });
  }

  async beginBuild(): Promise<string> {
    const input = { proj: "slow", tag: "latest", from: "LOCAL" } as const;
    return (await this.server.ask(BuildProjectDocument, { input })).buildProject.id;
  }

  async build(id: string) {
    return (await this.server.run(BUILD, { id })).build;
  }

  builtToEnd(id: string) {
    return this.server.poll(
      () => this.build(id),
      ({ task }) => ENDED.includes(task.state),
      900,
    );
  }

  async beginTraining(name: string, notebook: string): Promise<string> {
    const input = { proj: "slow", name, tag: "latest", notebook };
    return (await this.server.ask(StartTrainingDocument, { input })).startTraining.id;
  }

  async training(id: string) {
    return (await this.server.run(TRAINING, { id })).node;
  }

  trainedToEnd(id: string) {
    return this.server.poll(
      () => this.training(id),
      ({ task }) => ENDED.includes(task.state),
      180,
    );
  }

  async beginDeployment(name: string): Promise<string> {
    const input = { proj: "slow", name, tag: "latest", notebook: "predict.ipynb", replicas: 2 };
    return (await this.server.ask(DeployDocument, { input })).deploy.id;
  }

  whenFull(name: string) {
    const look = async () => (await this.server.ask(FollowDeploymentDocument, { proj: "slow", name })).deployment;
    return this.server.poll(look, (seen) => seen?.availability === "FULL", 180);
  }

  async serving(id: string) {
    const { tasks, revisions } = (await this.server.run(SERVING, { id })).node;
    const containers = revisions.nodes.flatMap((revision: { id: string }) => this.server.containers(revision.id));
    return { tasks, containers, startedAt: this.server.startsOf(containers) };
  }
}
