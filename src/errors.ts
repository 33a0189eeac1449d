/** The closed list of codes that clients meet in `extensions.code`, beside Apollo's own two for documents. */
export const ERROR_CODES = {
  BAD_USER_INPUT: "The input breaks a rule; the message names the path and what would be right.",
  NOT_FOUND: "Nothing is current under that name or id.",
  ALREADY_EXISTS: "The name is taken.",
  IN_USE: "The record is needed by others, which the message names.",
  CONFLICT: "Somebody else changed it first, it is being deleted, or the state does not allow it.",
  CONTRACT_NOT_MET: "Files do not fulfil the model's file contract.",
  RUNTIME_UNAVAILABLE: "No container engine answers.",
  LIMIT_EXCEEDED: "The request costs more than is allowed.",
  FILTER_TOO_BROAD: "The filter would read too many records.",
  UNAUTHENTICATED: "No valid token came with the request.",
  FORBIDDEN: "The token does not allow this.",
  STORE_UNAVAILABLE: "The database does not answer.",
  INTERNAL: "Something failed on our side; the message carries an id that the log has too.",
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Thrown by use-cases and entities; the message is written for the person who sent the request. */
export class DomainError extends Error {
  /** @param inputPath of the offending input, as in `["input", "modelFiles", 0, "name"]`. Not `path`: graphql-js would take the error for one of its own. */
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly inputPath?: readonly (string | number)[],
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "DomainError";
  }
}

/** The path says which name is meant: what was sent is repeated in no message. */
export const notFound = (kind: string, path?: readonly (string | number)[]): DomainError =>
  new DomainError("NOT_FOUND", `There is no such ${kind}.`, path);
