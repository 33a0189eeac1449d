const CREDENTIALS = /\/\/[^\s/@]*@/g;

/** An error as it may stand in a log: addresses of databases and repositories can hold a password. */
export function loggable(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const { name, message, stack, cause } = error;
  return {
    type: name,
    message: message.replace(CREDENTIALS, "//***@"),
    stack: stack?.replace(CREDENTIALS, "//***@"),
    ...("code" in error && { code: error.code }),
    ...(cause !== undefined && { cause: loggable(cause) }),
  };
}
