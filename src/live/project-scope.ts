import { LRUCache } from "lru-cache";
import { notFound } from "../errors.js";
import { namesOf } from "../graph/id.js";
import { findByIds, findCurrent } from "../store/read-records.js";
import type { Store } from "../store/store.js";
import type { ChangeEvent } from "./change-event.js";
import { OncePerEvent } from "./once-per-event.js";

type Read = Pick<Store, "projects" | "models" | "byKind" | "kinds">;

/** A project at one time. */
interface ProjectState {
  /** The id of the current project of the name, or null. */
  readonly id: string | null;
  /** The keys of the models that it uses. */
  readonly models: ReadonlySet<string>;
}

const MAX_CACHED_RECORDS = 10_000;

/** Reads of projects, each made once for all subscriptions. */
export class ProjectReads {
  private readonly changed = new OncePerEvent<ChangeEvent, ProjectState>(({ key }) => this.current(key));
  /** The ids of the projects of records whose keys do not name them. They never change. */
  private readonly projects = new LRUCache<string, Promise<string | null>>({ max: MAX_CACHED_RECORDS });

  constructor(readonly store: Read) {}

  async current(name: string): Promise<ProjectState> {
    const project = await findCurrent(this.store.projects, name);
    const models = await findByIds(this.store.models, project?.model ?? []);
    return { id: project?._id ?? null, models: new Set(models.map(({ key }) => key)) };
  }

  /** Returns the state of a project after a change of it. */
  after(event: ChangeEvent): Promise<ProjectState> {
    return this.changed.of(event);
  }

  /** Returns the id of the project of the event's record, or null. */
  projectOf(event: ChangeEvent): Promise<string | null> {
    const { record } = event;
    const known = this.projects.get(record);
    if (known) return known;
    const read = this.readProjectOf(event);
    this.projects.set(record, read);
    // After an error the next subscription reads again.
    read.catch(() => this.projects.delete(record));
    return read;
  }

  private async readProjectOf({ kind, record, proj }: ChangeEvent): Promise<string | null> {
    if (proj !== null) return proj;
    const [found] = (await findByIds(this.store.byKind[kind], [record])) as { readonly proj?: string }[];
    return found?.proj ?? null;
  }
}

/** The records of a project: those made under it, and the models that it uses with their datasets and versions. */
export class ProjectScope {
  /** The ids of all projects that had the name since the beginning: the builds of a deleted one have events, too. */
  private readonly ids = new Set<string | null>();

  private constructor(
    private readonly reads: ProjectReads,
    private readonly name: string,
    private state: ProjectState,
  ) {
    this.ids.add(state.id);
  }

  /** @throws NOT_FOUND */
  static async of(reads: ProjectReads, name: string): Promise<ProjectScope> {
    const state = await reads.current(name);
    if (!state.id) throw notFound("project", ["proj"]);
    return new ProjectScope(reads, name, state);
  }

  /** The id of the current project of the name, or null. */
  get project(): string | null {
    return this.state.id;
  }

  /** Call it for every event in order: the project itself may change. */
  async includes(event: ChangeEvent): Promise<boolean> {
    const [first] = namesOf(event.key);
    if (event.kind === "project" && event.key === this.name) await this.follow(event);
    switch (this.reads.store.kinds[event.kind].scope) {
      case "PROJECT_NAME":
        return first === this.name;
      case "PROJECT_ID": {
        const project = await this.reads.projectOf(event);
        return project !== null && this.ids.has(project);
      }
      case "MODEL_NAME":
        return this.state.models.has(first ?? "");
      default:
        return false;
    }
  }

  private async follow(change: ChangeEvent): Promise<void> {
    this.state = await this.reads.after(change);
    this.ids.add(this.state.id);
  }
}
