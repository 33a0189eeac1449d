import { expect } from "vitest";
import type { ContainerSpec } from "../../src/runtime/runtime.js";
import type { TestApp } from "./open-test-app.js";
import { PlayedContainer } from "./played-container.js";
import { servedReplica } from "./served-replica.js";

const FIELDS = `id name revision replicas availability details notebook
  tasks { slot revision state ready error reason attempt } movers { name status } bvers { dockerId }`;
const DEPLOY = `mutation Deploy($input: DeployInput!) { deploy(input: $input) { ${FIELDS} } }`;
const UNDEPLOY = `mutation Undeploy($input: UndeployInput!) { undeploy(input: $input) { ${FIELDS} } }`;
const READ = `query Read($id: ID!) { node(id: $id) { ... on Deployment { ${FIELDS} } } }`;

/** Plays the containers of deployments: each claims, serves and says that it is ready, unless a test holds it back. */
export class PlayedDeployments implements AsyncDisposable {
  private readonly services: AsyncDisposable[] = [];
  private readonly known = new Set<string>();
  private readonly timer: NodeJS.Timeout;
  private held = (_: ContainerSpec) => false;
  private playing: Promise<void> = Promise.resolve();

  constructor(private readonly app: TestApp) {
    this.timer = setInterval(() => (this.playing = this.playing.then(() => this.play())), 50);
  }

  /** Containers that never become ready. */
  hold(which: (spec: ContainerSpec) => boolean): void {
    this.held = which;
  }

  deploy = async (input: object) => this.app.execute(DEPLOY, { input });
  undeploy = async (input: object) => this.app.execute(UNDEPLOY, { input });
  read = async (id: string) => (await this.app.execute(READ, { id })).data.node;

  async becomes(id: string, expected: object, timeout = 15_000) {
    await expect.poll(() => this.read(id), { timeout, interval: 100 }).toMatchObject(expected);
    return this.read(id);
  }

  /** The containers that run now. */
  async names(): Promise<string[]> {
    return (await this.app.runtime.observe()).filter(({ state }) => state === "RUNNING").map(({ name }) => name);
  }

  async [Symbol.asyncDispose]() {
    clearInterval(this.timer);
    await this.playing;
    await Promise.all(this.services.map((each) => each[Symbol.asyncDispose]()));
  }

  private async play(): Promise<void> {
    for (const { job } of await this.app.runtime.observe())
      for (const spec of this.app.runtime.running(job)) {
        if (this.known.has(spec.name) || this.held(spec) || spec.kind !== "deploy") continue;
        this.known.add(spec.name);
        const service = await servedReplica(spec.name);
        this.services.push(service);
        this.app.runtime.serveAt(spec.name, service.endpoint);
        const container = PlayedContainer.of(spec);
        await container.claim();
        await container.post("/ready");
      }
  }
}
