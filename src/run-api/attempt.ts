import { hashToken } from "../attempt/run-attempt.js";
import type { DeploymentRevision } from "../deployment/deployment-revision.js";
import type { Deployment } from "../deployment/deployment.js";
import { DomainError } from "../errors.js";
import { type Job, type Slot, UNDER_WAY } from "../jobs/job.js";
import type { Project } from "../project/project.js";
import { findByIds } from "../store/read-records.js";
import type { Store } from "../store/store.js";
import type { Training } from "../training/training.js";

/** An attempt of a container, found by its run token. */
export interface Attempt {
  readonly job: Job;
  /** The index of the slot in the job. */
  readonly index: number;
  readonly slot: Slot;
}

/** The attempt is not granted, and its container must stop (409). */
export class NotGranted extends DomainError {
  constructor() {
    super(
      "CONFLICT",
      "This attempt is not granted: it was cancelled, superseded, claimed before, or its job has ended.",
    );
  }
}

/** Returns the attempt of a token, or null. ¶ It is found by hash, so that the time does not depend on the token. */
export async function attemptOf({ jobs }: Pick<Store, "jobs">, token: string): Promise<Attempt | null> {
  const hash = hashToken(token);
  const job = await jobs.findOne({ "slots.token_hash": hash });
  const index = job?.slots.findIndex((each) => each.token_hash === hash) ?? -1;
  const slot = job?.slots[index];
  return job && slot ? { job, index, slot } : null;
}

/** Matches the job while this attempt may run. It fences all writes of the attempt. */
export const grantedFilter = ({ job, index, slot }: Attempt): Record<string, unknown> => ({
  _id: job._id,
  [`slots.${index}.token_hash`]: slot.token_hash,
  [`slots.${index}.attempt`]: slot.attempt,
  desired: "RUN",
  state: { $in: [...UNDER_WAY] },
});

/** Writes to the slot of a granted attempt, and makes its job due. @throws NotGranted */
export async function writeSlot(
  { jobs }: Pick<Store, "jobs">,
  attempt: Attempt,
  fields: Partial<Slot>,
  only: Partial<Slot> = {},
): Promise<void> {
  const at = (names: object) =>
    Object.fromEntries(Object.entries(names).map(([name, value]) => [`slots.${attempt.index}.${name}`, value]));
  // `null` would match always: a number in a path also means a field of that name, which slots lack, and a missing
  // field equals null. The start gate would stand open.
  const exactly = Object.entries(only).map(([name, value]) => [name, value === null ? { $type: "null" } : value]);
  const now = new Date();
  const { matchedCount } = await jobs.updateOne(
    { ...grantedFilter(attempt), ...at(Object.fromEntries(exactly)) },
    { $set: { ...at(fields), next_reconcile_at: now, updated_at: now } },
  );
  if (matchedCount === 0) throw new NotGranted();
}

/** @throws NotGranted if the attempt was not claimed, or has ended */
export function assertRunning({ job, slot }: Attempt): void {
  const granted = job.desired === "RUN" && UNDER_WAY.includes(job.state);
  if (!granted || !slot.claimed_at || slot.completed) throw new NotGranted();
}

/** The work of the containers of a job. */
export type Assignment =
  | { readonly kind: "train"; readonly proj: Project; readonly training: Training }
  | {
      readonly kind: "deploy";
      readonly proj: Project;
      readonly revision: DeploymentRevision;
      readonly deployment: Deployment;
    };

/** @throws NotGranted if the record or its parent was deleted */
export async function assignmentOf(store: Store, job: Job): Promise<Assignment> {
  const [proj] = await findByIds(store.projects, [job.proj]);
  if (!proj) throw new NotGranted();
  if (job.kind === "TRAIN") {
    const [training] = await findByIds(store.trainings, [job._id]);
    if (training) return { kind: "train", proj, training };
  }
  if (job.kind === "DEPLOY") {
    const [revision] = await findByIds(store.deploymentRevisions, [job._id]);
    const [deployment] = revision ? await findByIds(store.deployments, [revision.deployment]) : [];
    if (revision && deployment) return { kind: "deploy", proj, revision, deployment };
  }
  throw new NotGranted();
}
