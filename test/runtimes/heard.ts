export interface Heard extends AsyncDisposable {
  /** All that was told so far. */
  text(): string;
}

/** Subscribes over server-sent events; resolves once the subscription has begun. */
export async function hear(url: string, body: { query: string; variables: object }): Promise<Heard> {
  const over = new AbortController();
  const headers = { "content-type": "application/json", accept: "text/event-stream" };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body), signal: over.signal });
  let told = "";
  const hearing = (async () => {
    for await (const piece of answer.body!.pipeThrough(new TextDecoderStream())) told += piece;
  })().catch(() => {});
  return {
    text: () => told,
    async [Symbol.asyncDispose]() {
      over.abort();
      await hearing;
    },
  };
}
