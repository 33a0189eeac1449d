/** The text of a code in `docs/errors.md`. */
interface ErrorDescription {
  /** The circumstances in which clients get the code. */
  readonly when: string;
  /** The advice to the sender of the request. */
  readonly then: string;
  /** `later` if the same request may succeed when it is sent again, `no` if it will fail again. */
  readonly again: "no" | "later";
}

/** The closed list of codes in `extensions.code`, beside Apollo's own for documents. */
export const ERROR_CODES = {
  BAD_USER_INPUT: {
    when: "The input breaks a rule.",
    then: "Mend what `path` names; the message says what would be right.",
    again: "no",
  },
  NOT_FOUND: {
    when: "Nothing is current under that name or id.",
    then: "Look the name up in a list; a record that was deleted or never made is in none.",
    again: "no",
  },
  ALREADY_EXISTS: {
    when: "The name is taken.",
    then: "Take another name, or change the record that has it.",
    again: "no",
  },
  IN_USE: {
    when: "The record is needed by others, which the message names.",
    then: "Remove it there first; the records that it owns go with `cascade: true`.",
    again: "no",
  },
  CONFLICT: {
    when: "Another request changed the record first, it is being deleted, the state does not allow it, or the idempotency key was used for another request.",
    then: "Read the record again and decide anew; a new request takes a new idempotency key.",
    again: "no",
  },
  CONTRACT_NOT_MET: {
    when: "Files do not fulfil the model's file contract.",
    then: "Give the files that `modelFiles` or `dataFiles` of the model ask for, within their sizes.",
    again: "no",
  },
  RUNTIME_UNAVAILABLE: {
    when: "No container engine answers, or its machine lacks something that the message names.",
    then: "Wait, start the engine, or do what the message says; everything else works without it.",
    again: "later",
  },
  LIMIT_EXCEEDED: {
    when: "The request asks for more than is allowed or than there is room for: cost, resources, disk; or a subscriber read too slowly.",
    then: "Ask for less, as the message says; a subscription goes on by `after`.",
    again: "no",
  },
  FILTER_TOO_BROAD: {
    when: "The filter would read too many records.",
    then: "Add a condition that an index serves: a parent, a name, a state or a path of ROCAS_DETAILS_INDEXES.",
    again: "no",
  },
  UNAUTHENTICATED: {
    when: "No valid token came with the request.",
    then: "Send `Authorization: Bearer <token>`; over WebSocket it may come in `connection_init`.",
    again: "no",
  },
  FORBIDDEN: {
    when: "The request is not allowed: by its token, its origin, its host name or the server's settings.",
    then: "Ask the operator of the server; the message names the setting.",
    again: "no",
  },
  STORE_UNAVAILABLE: {
    when: "The database does not answer, or the server cannot use its files.",
    then: "Send it again in a moment; a mutation with its idempotency key, so that it is done once.",
    again: "later",
  },
  INTERNAL: {
    when: "The server failed.",
    then: "Tell the operator of the server the `id`, which the log has too.",
    again: "later",
  },
} as const satisfies Record<string, ErrorDescription>;

/** Apollo Server's own codes, for documents that do not fit this schema. */
export const DOCUMENT_CODES = {
  GRAPHQL_PARSE_FAILED: {
    when: "The document is no GraphQL.",
    then: "Mend the document where `locations` says.",
    again: "no",
  },
  GRAPHQL_VALIDATION_FAILED: {
    when: "The document does not fit the schema.",
    then: "Compare it with `schema.graphql`.",
    again: "no",
  },
  PERSISTED_QUERY_NOT_SUPPORTED: {
    when: "The hash or id of a document was sent in its place; the message is `PersistedQueryNotSupported`, which clients look for.",
    then: "Send the document as `query`: clients of persisted queries do so by themselves, and go on so.",
    again: "no",
  },
} as const satisfies Record<string, ErrorDescription>;

export type ErrorCode = keyof typeof ERROR_CODES;
export type DocumentCode = keyof typeof DOCUMENT_CODES;

/** Thrown by use-cases and entities; the message is written for the person who sent the request. */
export class DomainError extends Error {
  /**
   * @param inputPath of the offending input, as in `["input", "modelFiles", 0, "name"]`. It is not called `path`, by
   * which graphql-js knows its own errors.
   */
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

/** Returns a NOT_FOUND. Its path names the input; no message repeats what was sent. */
export const notFound = (kind: string, path?: readonly (string | number)[]): DomainError =>
  new DomainError("NOT_FOUND", `There is no such ${kind}.`, path);

/** Returns the CONFLICT of a record whose parent is being deleted. */
export const parentBeingDeleted = (): DomainError =>
  new DomainError("CONFLICT", "The project or model that the record belongs to is being deleted: name another.");

/** An error that the operator can mend. Its message says what is wrong and what to do, and is shown without a stack. */
export class OperatorError extends Error {}
