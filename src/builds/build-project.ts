import type { App } from "../app.js";
import { DomainError, notFound } from "../errors.js";
import { kindOf, newId } from "../graph/id.js";
import type { AnyRecord } from "../graph/stored-record.js";
import { hasEnded, waitingTask } from "../graph/task.js";
import { changeRecord } from "../store/change-record.js";
import { idempotent, type Intent } from "../store/idempotency.js";
import { insertRecord } from "../store/insert-record.js";
import { requireCurrent } from "../store/read-records.js";
import { recheckParent, refuseDeleting } from "../store/recheck-parents.js";
import type { Records, Store } from "../store/store.js";
import type { TreasureChest } from "../treasure-chest/treasure-chest.js";
import { buildLocation } from "./build-location.js";
import { BuiltFrom } from "./build-version.js";
import type { BuildProjectInput, CancelBuildInput } from "./build.inputs.js";
import type { Build, UsedChest } from "./build.js";
import { isReservedTag } from "./image-names.js";

async function requireChest(store: Store, name: string | null, argument: string): Promise<TreasureChest | null> {
  if (!name) return null;
  const chest = await requireCurrent(store.treasureChests, "treasure chest", [name], ["input", argument]);
  refuseDeleting(chest);
  return chest;
}

const usedChestOf = ({ _id, name, owner }: TreasureChest): UsedChest => ({ chest: _id, name, owner });

const MAX_ARGS = 100;

function checkRecipe({ imageBuilder }: Pick<App, "imageBuilder">, input: BuildProjectInput): void {
  const { from, args } = input;
  for (const field of ["dockerfile", "target", "args"] as const)
    if (from === BuiltFrom.PRE_BUILT && input[field])
      throw new DomainError("BAD_USER_INPUT", `A \`${field}\` is for builds from LOCAL and GIT only.`, [
        "input",
        field,
      ]);
  if (input.target && imageBuilder.startsFrom === "MACHINE")
    throw new DomainError(
      "FORBIDDEN",
      "This server runs projects by local processes (ROCAS_RUNTIME), for which a Dockerfile has one stage: leave `target` out.",
      ["input", "target"],
    );
  const names = args?.map(({ name }) => name) ?? [];
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice) throw new DomainError("BAD_USER_INPUT", `The argument ${twice} is given twice.`, ["input", "args"]);
  if (names.length > MAX_ARGS)
    throw new DomainError("BAD_USER_INPUT", `A build takes ${MAX_ARGS} arguments at most.`, ["input", "args"]);
}

function checkInput(app: Pick<App, "imageBuilder">, input: BuildProjectInput): void {
  const { imageBuilder } = app;
  const { tag, from, ref } = input;
  checkRecipe(app, input);
  if (isReservedTag(tag))
    throw new DomainError("BAD_USER_INPUT", "Tags of this form are Rocas' own: choose another.", ["input", "tag"]);
  if (ref && from !== BuiltFrom.GIT)
    throw new DomainError("BAD_USER_INPUT", "A `ref` is for builds from GIT only.", ["input", "ref"]);
  if (from === BuiltFrom.PRE_BUILT && !imageBuilder.hasRegistries)
    throw new DomainError(
      "FORBIDDEN",
      "This server runs projects by local processes (ROCAS_RUNTIME), which have no images that a registry gives: build from LOCAL or GIT.",
      ["input", "from"],
    );
}

/**
 * Records a build, which its job then carries out.
 * @throws NOT_FOUND, BAD_USER_INPUT, FORBIDDEN without registries, CONFLICT, RUNTIME_UNAVAILABLE
 */
export function buildProject(
  app: Pick<App, "store" | "runtime" | "imageBuilder" | "work">,
  intent: Intent,
  input: BuildProjectInput,
): Promise<Build> {
  const { store } = app;
  return idempotent(app, intent, async () => {
    checkInput(app, input);
    const { tag, from } = input;
    const project = await requireCurrent(store.projects, "project", [input.proj], ["input", "proj"]);
    refuseDeleting(project);
    const location = buildLocation(project, from);
    const isLocal = from === BuiltFrom.LOCAL;
    const chest = await requireChest(store, (!isLocal && input.chest) || null, "chest");
    const registryChestName = input.registryChest ?? (isLocal ? input.chest : null);
    const registryChest = await requireChest(
      store,
      registryChestName ?? null,
      input.registryChest ? "registryChest" : "chest",
    );
    await app.runtime.engine();

    const _id = newId("build");
    const build = await insertRecord(
      store.builds,
      {
        _id,
        key: _id,
        proj: project._id,
        tag,
        from,
        ref: input.ref ?? null,
        no_cache: input.noCache,
        dockerfile: input.dockerfile ?? null,
        target: input.target ?? null,
        build_args: (input.args ?? []).map(({ name, value }) => ({ name, value })),
        chest: chest?._id ?? null,
        registry_chest: registryChest?._id ?? null,
        used_chest: chest && usedChestOf(chest),
        used_registry_chest: registryChest && usedChestOf(registryChest),
        plan: {
          location,
          chest_version: chest?.secret_version ?? null,
          registry_chest_version: registryChest?.secret_version ?? null,
          build_version: newId("bvers"),
        },
        task: waitingTask(new Date()),
      },
      intent,
    );
    await recheckParent(build, store.builds, store.projects, project._id, intent);
    for (const each of [chest, registryChest])
      if (each)
        await recheckParent(
          build,
          store.builds,
          store.treasureChests as Records<AnyRecord & TreasureChest>,
          each._id,
          intent,
        );
    return build;
  });
}

/** Requests the end of a build that is under way. @throws NOT_FOUND */
export function cancelBuild(
  { store, work }: Pick<App, "store" | "work">,
  intent: Intent,
  { id }: CancelBuildInput,
): Promise<Build> {
  return idempotent({ store, work }, intent, async () => {
    if (kindOf(id) !== "build") throw notFound("build", ["input", "id"]);
    const patch = (current: Build) => (hasEnded(current.task.state) ? null : { cancel: true });
    return changeRecord(store.builds, id, patch, intent);
  });
}
