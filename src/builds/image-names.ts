import type { Job } from "../jobs/job.js";

/** Images are named after ids, never after names: those follow no grammar of Docker's. */
const repository = (proj: string): string => `rocas/${proj}`;

interface Version {
  readonly _id: string;
  readonly proj: string;
  readonly tag: string;
}

/** The tag that keeps the image of a build version, whatever becomes of the human one. */
export const versionTag = ({ proj, _id }: Pick<Version, "_id" | "proj">): string => `${repository(proj)}:${_id}`;

/** The tag that people gave: an alias, which moves to the next version of the key. */
export const userTag = ({ proj, tag }: Pick<Version, "proj" | "tag">): string => `${repository(proj)}:${tag}`;

/** The tag of one attempt of a build, until its image has its own. */
export const attemptTag = ({ _id, proj }: Pick<Job, "_id" | "proj">, attempt: number): string =>
  `${repository(proj)}:job-${_id}-a${attempt}`;

/** True if a user's tag would look like one of the tags above. */
export const isReservedTag = (tag: string): boolean => /^(?:bvers_[0-9a-z]{26}|job-build_.*)$/.test(tag);

/** The same image in the registry that images are pushed to. */
export const registryTag = (registry: string, image: string): string =>
  `${registry.replace(/\/+$/, "")}/${image.slice("rocas/".length)}`;
