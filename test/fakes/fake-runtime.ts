import { createHash } from "node:crypto";
import { DomainError } from "../../src/errors.js";
import { createContainerBody, validContainerName } from "../../src/runtime/container-policy.js";
import type { GpuAbility } from "../../src/runtime/gpu-requests.js";
import {
  type AttemptName,
  ContainerRefusedError,
  type ContainerSpec,
  type EngineAbilities,
  type ObservedContainer,
  type Runtime,
} from "../../src/runtime/runtime.js";

interface Program {
  /** Null for one that runs on. */
  readonly code: number | null;
  readonly output: string;
  readonly outOfMemory?: boolean;
}

interface Container {
  readonly spec: ContainerSpec;
  readonly replica: ObservedContainer;
  readonly output: string;
  readonly scratchMb: number;
}

/** Containers in memory, under the same policy. Every image runs until a test says otherwise. */
export class FakeRuntime implements Runtime {
  /** What somebody does while the engine is asked next: between the checks of a mutation and its write. */
  meanwhile: (() => Promise<unknown>) | null = null;
  /** How it gives GPUs. */
  gpus: GpuAbility = { way: "nvidia", devices: null };
  /** While true, no engine answers. */
  down = false;
  /** What the engine lacks for further containers. It answers everything else. */
  lacks: string | null = null;
  /** While true, the engine answers everything but measurements: it measures for somebody else. */
  measuring = false;
  private readonly containers = new Map<string, Container>();
  private readonly volumes = new Map<string, AttemptName>();
  private readonly refused = new Map<string, string>();
  private readonly programs = new Map<string, Program>();
  private readonly occupied = new Set<string>();
  private readonly nextFailures: string[] = [];
  private readonly watchers = new Set<(job: string | null) => void>();
  private made = 0;

  async engine(): Promise<string> {
    const act = this.meanwhile;
    this.meanwhile = null;
    await act?.();
    this.answer();
    return "Fake 1";
  }

  async abilities(): Promise<EngineAbilities> {
    this.answer();
    return { cpus: 64, memoryMb: 524_288, ownSharedMemory: true, gpus: this.gpus };
  }

  async runApiHost(): Promise<string> {
    this.answer();
    return "127.0.0.1";
  }

  async run(spec: ContainerSpec): Promise<void> {
    this.answer();
    createContainerBody(spec, { cluster: "fake", network: "fake", gpus: this.gpus });
    this.notOccupied(spec.name);
    if (this.containers.has(spec.name)) return;
    if (this.lacks) throw new DomainError("RUNTIME_UNAVAILABLE", this.lacks);
    const refusal = this.nextFailures.shift() ?? this.refused.get(spec.image);
    if (refusal !== undefined) throw new ContainerRefusedError(refusal);
    const { name, job, slot, attempt } = spec;
    this.volumes.set(name, { name, job, slot, attempt });
    this.containers.set(spec.name, { spec, replica: this.replicaOf(spec), output: "", scratchMb: 0 });
    this.tell(job);
    const program = this.programs.get(spec.image);
    if (program) this.write(spec.name, program.output);
    if (program && program.code !== null) this.exit(spec.name, program.code, program.outOfMemory);
  }

  async observe(job?: string): Promise<readonly ObservedContainer[]> {
    this.answer();
    return [...this.containers.values()].map(({ replica }) => replica).filter((each) => !job || each.job === job);
  }

  async lastOutput(name: string): Promise<string> {
    this.answer();
    return this.containers.get(validContainerName(name))?.output.slice(-64 * 1024) ?? "";
  }

  watch(onChange: (job: string | null) => void): Disposable {
    this.watchers.add(onChange);
    onChange(null);
    return { [Symbol.dispose]: () => this.watchers.delete(onChange) };
  }

  async scratchMb(name: string): Promise<number> {
    this.answer();
    if (this.measuring) throw new DomainError("RUNTIME_UNAVAILABLE", "A disk usage operation is already running.");
    return this.containers.get(validContainerName(name))?.scratchMb ?? 0;
  }

  async gpuCards() {
    return [];
  }

  async attemptsWithVolumes(): Promise<readonly AttemptName[]> {
    this.answer();
    return [...this.volumes.values()];
  }

  async removeNetwork(): Promise<void> {
    this.answer();
  }

  async stop(name: string): Promise<void> {
    this.answer();
    this.notOccupied(validContainerName(name));
    this.vanish(name);
    this.volumes.delete(name);
  }

  /** The container that is run next is refused. */
  failNextStart(reason: string): void {
    this.nextFailures.push(reason);
  }

  /** Every container of the image is refused. */
  refuse(image: string, reason: string): void {
    this.refused.set(image, reason);
  }

  /** Every container of the image writes this, and ends at once if it has a code. */
  program(image: string, program: Program): void {
    this.programs.set(image, program);
  }

  /** The container ends, as if its program had. */
  exit(name: string, code: number, outOfMemory = false): void {
    this.change(name, ({ replica }) => ({
      replica: { ...replica, state: "EXITED", endpoint: null, exit: { code, outOfMemory } },
    }));
  }

  /** The container goes, as when somebody removes it: its volumes stay. */
  vanish(name: string): void {
    const container = this.containers.get(name);
    this.containers.delete(name);
    if (container) this.tell(container.spec.job);
  }

  write(name: string, text: string): void {
    this.change(name, ({ output }) => ({ output: output + text }));
  }

  fillScratch(name: string, scratchMb: number): void {
    this.change(name, () => ({ scratchMb }));
  }

  /** Requests for the replica go there. */
  serveAt(name: string, endpoint: string): void {
    this.change(name, ({ replica }) => ({ replica: { ...replica, endpoint } }));
  }

  /** How many containers of the job are running. */
  replicas(job: string): number {
    return this.running(job).length;
  }

  /** What runs of the job, secrets included: a test plays its entrypoint. */
  running(job: string): readonly ContainerSpec[] {
    return [...this.containers.values()]
      .filter(({ replica }) => replica.job === job && replica.state === "RUNNING")
      .map(({ spec }) => spec);
  }

  /** Somebody else's container takes the name. */
  occupy(name: string): void {
    this.occupied.add(name);
  }

  isOccupied(name: string): boolean {
    return this.occupied.has(name);
  }

  private replicaOf({ name, job, slot, attempt, kind }: ContainerSpec): ObservedContainer {
    this.made += 1;
    return {
      name,
      job,
      slot,
      attempt,
      id: createHash("sha256").update(`${name} ${this.made}`).digest("hex"),
      state: "RUNNING",
      endpoint: kind === "deploy" ? `http://10.0.${this.made >> 8}.${this.made & 255}:8080` : null,
      startedAt: new Date(),
      exit: null,
    };
  }

  private change(name: string, change: (container: Container) => Partial<Container>): void {
    const container = this.containers.get(name);
    if (!container) throw new Error(`There is no container ${name}.`);
    const changed = { ...container, ...change(container) };
    this.containers.set(name, changed);
    if (changed.replica !== container.replica) this.tell(container.spec.job);
  }

  private tell(job: string): void {
    for (const onChange of this.watchers) onChange(job);
  }

  private notOccupied(name: string): void {
    if (this.occupied.has(name))
      throw new DomainError("CONFLICT", `The engine has a container ${name} that is not ours.`);
  }

  private answer(): void {
    if (this.down) throw new DomainError("RUNTIME_UNAVAILABLE", "No container engine answers.");
  }
}
