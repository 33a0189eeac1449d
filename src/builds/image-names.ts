import type { Job } from "../jobs/job.js";

/** Ids name images, since names follow no grammar of Docker's. */
const repository = (proj: string): string => `rocas/${proj}`;

interface Version {
  readonly _id: string;
  readonly proj: string;
  readonly tag: string;
}

/** Returns the tag that keeps the image of a build version. */
export const versionTag = ({ proj, _id }: Pick<Version, "_id" | "proj">): string => `${repository(proj)}:${_id}`;

/** Returns the user's tag: an alias that moves to the next version. */
export const userTag = ({ proj, tag }: Pick<Version, "proj" | "tag">): string => `${repository(proj)}:${tag}`;

/** Returns the tag of an attempt's image until a version has it. */
export const attemptTag = ({ _id, proj }: Pick<Job, "_id" | "proj">, attempt: number): string =>
  `${repository(proj)}:job-${_id}-a${attempt}`;

/** True if a user's tag has the form of one above. */
export const isReservedTag = (tag: string): boolean => /^(?:bvers_[0-9a-z]{26}|job-build_.*)$/.test(tag);

/** Returns the name of the same image in the registry pushed to. */
export const registryTag = (registry: string, image: string): string =>
  `${registry.replace(/\/+$/, "")}/${image.slice("rocas/".length)}`;
