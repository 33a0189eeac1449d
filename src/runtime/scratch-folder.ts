/** The path of a container's scratch volume. */
export const SCRATCH_FOLDER = "/scratch";
