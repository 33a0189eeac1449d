/** Where the scratch volume of a container lies. */
export const SCRATCH_FOLDER = "/scratch";
