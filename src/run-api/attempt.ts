import { hashToken } from "../attempt/run-attempt.js";
import type { DeploymentRevision } from "../deployment/deployment-revision.js";
import type { Deployment } from "../deployment/deployment.js";
import { DomainError } from "../errors.js";
import { type Job, type Slot, UNDER_WAY } from "../jobs/job.js";
import type { Project } from "../project/project.js";
import { findByIds } from "../store/read-records.js";
import type { Store } from "../store/store.js";
import type { Training } from "../training/training.js";

/** One attempt of one container, as its run token names it. */
export interface Attempt {
  readonly job: Job;
  /** The index of the slot in the job. */
  readonly index: number;
  readonly slot: Slot;
}

/** The attempt is not, or no longer, granted: its container must stop (409). */
export class NotGranted extends DomainError {
  constructor() {
    super(
      "CONFLICT",
      "This attempt is not granted: it was cancelled, superseded, claimed before, or its job has ended.",
    );
  }
}

/** Found by the token's hash, so that no comparison takes time by the token's content. Null: no token of ours. */
export async function attemptOf({ jobs }: Pick<Store, "jobs">, token: string): Promise<Attempt | null> {
  const hash = hashToken(token);
  const job = await jobs.findOne({ "slots.token_hash": hash });
  const index = job?.slots.findIndex((each) => each.token_hash === hash) ?? -1;
  const slot = job?.slots[index];
  return job && slot ? { job, index, slot } : null;
}

/** Matches the job only while this very attempt may run: every write on its behalf is fenced by it. */
export const grantedFilter = ({ job, index, slot }: Attempt): Record<string, unknown> => ({
  _id: job._id,
  [`slots.${index}.token_hash`]: slot.token_hash,
  [`slots.${index}.attempt`]: slot.attempt,
  desired: "RUN",
  state: { $in: [...UNDER_WAY] },
});

/** Writes to the attempt's slot while it is granted, and makes the job due. @throws NotGranted */
export async function writeSlot(
  { jobs }: Pick<Store, "jobs">,
  attempt: Attempt,
  fields: Partial<Slot>,
  only: Partial<Slot> = {},
): Promise<void> {
  const at = (names: object) =>
    Object.fromEntries(Object.entries(names).map(([name, value]) => [`slots.${attempt.index}.${name}`, value]));
  // Not `null` itself: a number in a path also stands for a field of that name, which every slot lacks, and a field
  // that is lacking equals null. The start gate would stand open.
  const exactly = Object.entries(only).map(([name, value]) => [name, value === null ? { $type: "null" } : value]);
  const now = new Date();
  const { matchedCount } = await jobs.updateOne(
    { ...grantedFilter(attempt), ...at(Object.fromEntries(exactly)) },
    { $set: { ...at(fields), next_reconcile_at: now, updated_at: now } },
  );
  if (matchedCount === 0) throw new NotGranted();
}

/** @throws NotGranted if the attempt did not pass the start gate, or has reported its end. */
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

/** @throws NotGranted if the record, or what it belongs to, has been deleted. */
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
