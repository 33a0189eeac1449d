import { type FormEvent, useState } from "react";

const KEY = "rocas-token";

/** Returns the header with the token. The browser forgets it with the tab and never writes it to disk. */
export const tokenHeaders = (): Record<string, string> => {
  const token = sessionStorage.getItem(KEY);
  return token ? { authorization: `Bearer ${token}` } : {};
};

const rememberToken = (token: string): void => sessionStorage.setItem(KEY, token);

/**
 * Remembers the token behind the `#` of the page's address, and removes it there. The server prints such an address
 * when it starts.
 */
export function takeTokenOfAddress(): void {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (!token) return;
  rememberToken(token);
  history.replaceState(history.state, "", location.pathname + location.search);
}

/** True if the server accepts the remembered token, or needs none. */
export async function isAccepted(): Promise<boolean> {
  const headers = { ...tokenHeaders(), "content-type": "application/json" };
  const { status } = await fetch("/graphql", { method: "POST", headers, body: '{"query":"{__typename}"}' });
  return status !== 401;
}

export function TokenForm({ onAccepted }: { onAccepted: () => void }) {
  const [token, setToken] = useState("");
  const [isRefused, setRefused] = useState(false);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    rememberToken(token.trim());
    if (await isAccepted()) onAccepted();
    else setRefused(true);
  }

  return (
    <form className="token" onSubmit={(event) => void submit(event)}>
      <p>
        This server asks for its token. The address that it prints when it starts brings it along; it is also in the
        file <code>token</code> of its data folder, or what ROCAS_TOKEN says. It is kept for this browser tab only.
      </p>
      <label>
        Token
        <input
          type="password"
          autoComplete="off"
          autoFocus
          value={token}
          onChange={({ target }) => setToken(target.value)}
        />
      </label>
      <button type="submit">Open GraphiQL</button>
      {isRefused && <p role="alert">The server does not accept this token.</p>}
    </form>
  );
}
