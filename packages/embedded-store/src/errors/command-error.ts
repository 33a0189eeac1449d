/** MongoDB's numbers for what can go wrong; the driver and mongoose go by them. */
export const CODES = {
  InternalError: 1,
  BadValue: 2,
  HostUnreachable: 6,
  FailedToParse: 9,
  TypeMismatch: 14,
  Overflow: 15,
  InvalidLength: 16,
  IllegalOperation: 20,
  NamespaceNotFound: 26,
  IndexNotFound: 27,
  PathNotViable: 28,
  ConflictingUpdateOperators: 40,
  CursorNotFound: 43,
  NamespaceExists: 48,
  MaxTimeMSExpired: 50,
  DollarPrefixedFieldName: 52,
  InvalidIdField: 53,
  EmptyFieldName: 56,
  CommandNotFound: 59,
  ImmutableField: 66,
  CannotCreateIndex: 67,
  InvalidOptions: 72,
  InvalidNamespace: 73,
  IndexOptionsConflict: 85,
  IndexKeySpecsConflict: 86,
  CannotIndexParallelArrays: 171,
  QueryPlanKilled: 175,
  CursorKilled: 237,
  NotImplemented: 238,
  InvalidResumeToken: 260,
  ClientDisconnect: 279,
  ChangeStreamFatalError: 280,
  ChangeStreamHistoryLost: 286,
  InterruptedAtShutdown: 11600,
  Interrupted: 11601,
  OutOfDiskSpace: 14031,
  BsonObjectTooLarge: 10334,
  DuplicateKey: 11000,
} as const;

export type CodeName = keyof typeof CODES;

/** Answered to the client as MongoDB would answer it. */
export class CommandError extends Error {
  constructor(
    readonly codeName: CodeName,
    message: string,
    /** Another number, if MongoDB has no name for its own code. */
    readonly code: number = CODES[codeName],
  ) {
    super(message);
  }
}

export class DuplicateKeyError extends CommandError {
  constructor(
    message: string,
    /** Both are documents. */
    readonly keyPattern: Buffer,
    readonly keyValue: Buffer,
  ) {
    super("DuplicateKey", message);
  }
}

/** An error for what MongoDB has and this store has not: it is said by name, never guessed at. */
export const notImplemented = (what: string): CommandError =>
  new CommandError("NotImplemented", `The embedded store does not implement ${what}; MongoDB does.`);
