import { trusted } from "mongoose";
import type { App } from "../app.js";
import type { Build } from "../builds/build.js";
import { ROCAS } from "../caller.js";
import { deleteFound } from "../deletion/delete-record.js";
import { DomainError } from "../errors.js";
import type { AnyRecord } from "../graph/stored-record.js";
import { ENDED_STATES } from "../graph/task.js";
import { systemIntent } from "../store/idempotency.js";
import { BATCH, inBatches, isOlderThan, type PolicyOwner } from "./policy-sweep.js";

type EndedBuild = Pick<Build, "_id" | "tag" | "plan" | "created_at">;

/**
 * Deletes ended builds that the policy of a project no longer keeps: those that made no version, or whose version is
 * gone. The newest of each tag count in any state.
 */
export const sweepBuilds = (app: App, owner: PolicyOwner): Promise<void> =>
  inBatches(
    (before) => endedBuilds(app, owner, before),
    async (batch) => {
      let deleted = 0;
      for (const build of await surplusBuilds(app, owner, batch)) if (await deleteBuild(app, build)) deleted += 1;
      return deleted;
    },
  );

const endedBuilds = ({ store }: App, { _id: proj }: PolicyOwner, before: string | null): Promise<EndedBuild[]> =>
  store.builds
    .find(
      {
        proj,
        superseded: false,
        deleting: false,
        "task.state": trusted({ $in: ENDED_STATES }),
        ...(before && { _id: trusted({ $lt: before }) }),
      } as object,
      { tag: 1, plan: 1, created_at: 1 },
    )
    .sort({ _id: -1 })
    .limit(BATCH)
    .lean<EndedBuild[]>()
    .exec();

async function surplusBuilds(
  { store }: App,
  { _id: proj, retention: { keep_last, keep_days } }: PolicyOwner,
  batch: readonly EndedBuild[],
): Promise<readonly EndedBuild[]> {
  const now = await store.now();
  const old = keep_days == null ? batch : batch.filter(({ created_at }) => isOlderThan(created_at, keep_days, now));
  const made = await store.buildVersions
    .find(
      {
        _id: trusted({ $in: old.flatMap(({ plan }) => plan?.build_version ?? []) }),
        deleted: trusted({ $ne: true }),
      } as object,
      { _id: 1 },
    )
    .lean();
  const there = new Set(made.map(({ _id }) => _id));
  const without = old.filter(({ plan }) => !plan || !there.has(plan.build_version));
  if (keep_last == null) return without;
  const tags = [...new Set(without.map(({ tag }) => tag))];
  const kept = new Map<string, string>();
  for (const tag of tags) kept.set(tag, await oldestKept(store, proj, tag, keep_last));
  return without.filter(({ _id, tag }) => _id < kept.get(tag)!);
}

/** Returns the oldest id that the policy keeps of a tag; empty if all are kept. */
async function oldestKept({ builds }: App["store"], proj: string, tag: string, count: number): Promise<string> {
  const [last] = await builds
    .find({ proj, tag, superseded: false } as object, { _id: 1 })
    .sort({ _id: -1 })
    .skip(count - 1)
    .limit(1)
    .lean();
  return last?._id ?? "";
}

async function deleteBuild(app: App, { _id }: EndedBuild): Promise<boolean> {
  const build = await app.store.builds.findById(_id).lean<Build | null>().exec();
  if (!build || build.deleting) return false;
  try {
    await deleteFound(app, systemIntent(ROCAS), build as unknown as AnyRecord, { cascade: false });
  } catch (error) {
    // Another process was quicker.
    if (error instanceof DomainError) return false;
    throw error;
  }
  app.logger.info({ event: "build_removed", record: _id });
  return true;
}
