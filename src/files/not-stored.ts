import { DomainError } from "../errors.js";

export const notStored = (): DomainError =>
  new DomainError(
    "CONFLICT",
    "The files of the dataset are not kept here (`stored` is false): there is nothing to fetch. Publish it with `stored: true` and its files to keep them.",
  );
