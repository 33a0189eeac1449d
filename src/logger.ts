import { type DestinationStream, type Logger, pino } from "pino";

const CREDENTIALS = /\/\/[^\s/@]*@/g;

/** Returns the fields of an error for the log, without the passwords in addresses of databases and repositories. */
function errorFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const { name, message, stack, cause } = error;
  return {
    type: name,
    message: message.replace(CREDENTIALS, "//***@"),
    stack: stack?.replace(CREDENTIALS, "//***@"),
    ...("code" in error && { code: error.code }),
    ...(cause !== undefined && { cause: errorFields(cause) }),
  };
}

/**
 * Opens the log: one JSON object a line, with the name of the event under `event` and an error under `err`.
 * pino repeats the words of the error under `errorKey` as `msg`, passwords included: that key is one that no line has.
 */
export const openLogger = (level: string, stream: DestinationStream): Logger =>
  pino({ level, name: "rocas", errorKey: "thrown", serializers: { err: errorFields } }, stream);
