import { ownCommands } from "../own-commands.js";
import type { TypedDocumentString } from "./generated/graphql.js";

/** The server refused a request; the message is its own. */
export class RequestError extends Error {}

const UNAUTHENTICATED = 401;

/** A client of a running server for typed documents, over `fetch` alone. */
export class Client {
  constructor(
    private readonly server: string,
    private readonly token: string,
  ) {}

  /** @throws RequestError with the server's message */
  async request<R, V>(document: TypedDocumentString<R, V>, variables: V): Promise<R> {
    const answer = await this.send("POST", "/graphql", JSON.stringify({ query: document.toString(), variables }));
    const { data, errors } = (await answer.json()) as { data?: R; errors?: readonly { message: string }[] };
    if (errors || !data)
      throw new RequestError(errors?.map(({ message }) => message).join("\n") ?? "The server gave no data.");
    return data;
  }

  /** @throws RequestError */
  async upload(path: string, content: Uint8Array): Promise<void> {
    const answer = await this.send("PUT", path, content);
    if (!answer.ok) throw new RequestError(`The upload was refused: ${await answer.text()}`);
  }

  /** @throws RequestError */
  async predict(
    proj: string,
    deployment: string,
    body: unknown,
  ): Promise<{ prediction: unknown; version: string | null; revision: string | null }> {
    const answer = await this.send("POST", `/predict/${proj}/${deployment}`, JSON.stringify(body));
    if (!answer.ok) throw new RequestError(`The prediction was refused: ${await answer.text()}`);
    return {
      prediction: await answer.json(),
      version: answer.headers.get("x-rocas-model-version"),
      revision: answer.headers.get("x-rocas-revision"),
    };
  }

  private async send(method: string, path: string, body: string | Uint8Array): Promise<Response> {
    const headers = {
      "content-type": "application/json",
      ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
    };
    const answer = await fetch(this.server + path, { method, body, headers } as RequestInit).catch((cause: unknown) => {
      throw new RequestError(`No server answers at ${this.server}. Start one with \`${ownCommands().start}\`.`, {
        cause,
      });
    });
    if (answer.status === UNAUTHENTICATED)
      throw new RequestError(
        `The server at ${this.server} asks for another token: start this in its folder, with its ROCAS_DATA and ROCAS_TOKEN.`,
      );
    return answer;
  }
}
