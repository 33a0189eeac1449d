export interface Answer {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read what they asked for
  readonly data: any;
  readonly errors?: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
}

/** What a client of the gateway is answered. */
export async function query(url: string, document: string, variables: object = {}): Promise<Answer> {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ query: document, variables });
  return (await (await fetch(url, { method: "POST", headers, body })).json()) as Answer;
}
