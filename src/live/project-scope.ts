import { notFound } from "../errors.js";
import { namesOf } from "../graph/id.js";
import type { Project } from "../project/project.js";
import { findByIds, findCurrent } from "../store/read-records.js";
import type { Store } from "../store/store.js";
import type { ChangeEvent } from "./change-event.js";

type Read = Pick<Store, "projects" | "models" | "byKind" | "kinds">;

const MAX_CACHED_RECORDS = 1_000;

/** The records of a project: those made under it, and the models that it uses with their datasets and versions. */
export class ProjectScope {
  private current: Project | null = null;
  private models: ReadonlySet<string> = new Set();
  /** True for records of the project whose keys do not name it. */
  private readonly records = new Map<string, boolean>();

  private constructor(
    private readonly store: Read,
    private readonly name: string,
  ) {}

  /** @throws NOT_FOUND */
  static async of(store: Read, name: string): Promise<ProjectScope> {
    const scope = new ProjectScope(store, name);
    await scope.read();
    if (!scope.current) throw notFound("project", ["proj"]);
    return scope;
  }

  get project(): Project | null {
    return this.current;
  }

  /** Call it for every event in order: the project itself may change. */
  async includes(event: ChangeEvent): Promise<boolean> {
    const [first] = namesOf(event.key);
    if (event.kind === "project" && event.key === this.name) await this.read();
    switch (this.store.kinds[event.kind].scope) {
      case "PROJECT_NAME":
        return first === this.name;
      case "PROJECT_ID":
        return this.includesRecord(event);
      case "MODEL_NAME":
        return this.models.has(first ?? "");
      default:
        return false;
    }
  }

  private async read(): Promise<void> {
    this.current = await findCurrent(this.store.projects, this.name);
    const models = await findByIds(this.store.models, this.current?.model ?? []);
    this.models = new Set(models.map(({ key }) => key));
  }

  private async includesRecord({ kind, record, proj }: ChangeEvent): Promise<boolean> {
    const known = this.records.get(record);
    if (known !== undefined) return known;
    const project =
      proj ?? ((await findByIds(this.store.byKind[kind], [record]))[0] as { proj?: string } | undefined)?.proj;
    const isIncluded = project !== undefined && project === this.current?._id;
    if (this.records.size >= MAX_CACHED_RECORDS) this.records.clear();
    this.records.set(record, isIncluded);
    return isIncluded;
  }
}
