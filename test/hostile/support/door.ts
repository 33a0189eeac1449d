/** An answer as a client sees it. */
export interface Answered {
  readonly status: number;
  readonly text: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are looked into as a client does
  readonly body: any;
}

/** The codes of the errors in an answer's body. */
export const codesOf = ({ errors = [] }: { errors?: { extensions: { code: string } }[] }): string[] =>
  errors.map(({ extensions }) => extensions.code);

/** GraphQL of a server that listens. */
export interface Door {
  /** Sends a body as it is. */
  post(body: string, headers?: Record<string, string>): Promise<Answered>;
  query(query: string, variables?: object): Promise<Answered>;
  /** Sends the body of a subscription, and gives its first event; an answer without anything where none comes for a while. */
  follow(body: string): Promise<Answered>;
}

const PATIENCE_MS = 1_500;
const JSON_TYPE = { "content-type": "application/json" };

export function doorOf(url: string): Door {
  async function post(body: string, headers: Record<string, string> = {}): Promise<Answered> {
    const answer = await fetch(`${url}/graphql`, { method: "POST", headers: { ...JSON_TYPE, ...headers }, body });
    const text = await answer.text();
    return { status: answer.status, text, body: JSON.parse(text) };
  }
  return {
    post,
    query: (query, variables) => post(JSON.stringify({ query, variables })),
    async follow(body) {
      const headers = { ...JSON_TYPE, accept: "text/event-stream" };
      const answer = await fetch(`${url}/graphql/stream`, { method: "POST", headers, body });
      if (!answer.headers.get("content-type")?.startsWith("text/event-stream")) {
        const text = await answer.text();
        return { status: answer.status, text, body: JSON.parse(text) };
      }
      const text = (await firstEvent(answer)) ?? "{}";
      return { status: answer.status, text, body: JSON.parse(text) };
    },
  };
}

async function firstEvent({ body }: Response): Promise<string | undefined> {
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
  const patience = setTimeout(() => void reader.cancel(), PATIENCE_MS);
  let came = "";
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    came += piece.value;
    if (/^event: (next|complete)$/m.test(came) && came.endsWith("\n\n")) break;
  }
  clearTimeout(patience);
  await reader.cancel();
  return /^event: next\ndata: (.*)$/m.exec(came)?.[1];
}
