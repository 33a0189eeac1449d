import { trusted } from "mongoose";
import { foreignCursor, type LogPosition } from "../jobs/log-position.js";
import { byId } from "../store/current.js";
import type { Store } from "../store/store.js";

/**
 * The revisions of a deployment whose logs are to be followed: the wanted one, and all that came after those that a
 * client has begun to read.
 * @throws BAD_USER_INPUT if the positions are in logs of something else
 */
export async function revisionsFrom(
  { deployments, deploymentRevisions }: Pick<Store, "deployments" | "deploymentRevisions">,
  deployment: string,
  positions: readonly LogPosition[] | null,
): Promise<string[]> {
  const wanted = (await byId(deployments, [deployment])).map(({ revision_id }) => revision_id);
  if (!positions) return wanted;
  const jobs = positions.map(({ job }) => job);
  const known = await byId(deploymentRevisions, jobs);
  if (known.length < jobs.length || known.some((each) => each.deployment !== deployment)) throw foreignCursor();
  const last = Math.max(...known.map(({ number }) => number));
  const later = await deploymentRevisions
    .find({ deployment, superseded: false, number: trusted({ $gt: last }) }, { number: 1 })
    .lean();
  later.sort((one, other) => one.number - other.number);
  return [...later.map(({ _id }) => _id), ...wanted];
}
