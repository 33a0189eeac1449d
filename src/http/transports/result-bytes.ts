interface Written {
  readonly json: string;
  before: string;
  bytes: Buffer;
}

/** The JSON of results that were written, for as long as the results are in use. */
const written = new WeakMap<object, Written>();

/** Returns a message with the JSON of a result in it. Subscribers that share the result share the bytes. */
export function resultBytes(result: object, before: string, after: string): Buffer {
  const known = written.get(result);
  if (known?.before === before) return known.bytes;
  const json = known?.json ?? JSON.stringify(result);
  const bytes = Buffer.from(before + json + after);
  written.set(result, { json, before, bytes });
  return bytes;
}
