import type { DeploymentRevision } from "../deployment/deployment-revision.js";
import type { Deployment } from "../deployment/deployment.js";
import type { Job } from "../jobs/job.js";
import type { Project } from "../project/project.js";
import { findByIds } from "../store/read-records.js";
import type { Store } from "../store/store.js";
import type { Training } from "../training/training.js";
import { NotGranted } from "./attempt.js";

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
