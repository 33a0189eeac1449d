import type { ChestVersion } from "../jobs/job.js";
import type { OutboxHandler } from "../jobs/relay.js";
import { createJob } from "../jobs/write-job.js";
import type { Build } from "./build.js";

/** Each attempt is lost to an end of our own process only: the engine's absence counts none. */
const MOST_ATTEMPTS = 10;

const held = (id: string | null | undefined, version: number | null | undefined): ChestVersion | null =>
  id && version ? { id, version } : null;

/** The job of a build, from the record as it was inserted. */
export const makeBuildJob: OutboxHandler<Build> = async ({ store }, build, { action }) => {
  if (action !== "INSERT" || !build.plan) return;
  const { _id, proj, tag, from, plan } = build;
  await createJob(store, {
    _id,
    kind: "BUILD",
    proj,
    desired: build.cancel ? "CANCEL" : "RUN",
    max_attempts: MOST_ATTEMPTS,
    spec: {
      kind: "BUILD",
      tag,
      from,
      location: plan.location,
      ref: build.ref ?? null,
      noCache: build.no_cache,
      chest: held(build.chest, plan.chest_version),
      registry_chest: held(build.registry_chest, plan.registry_chest_version),
      buildVersion: plan.build_version,
    },
  });
};
