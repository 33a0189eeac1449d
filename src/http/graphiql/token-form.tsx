import { type FormEvent, useState } from "react";
import { isAccepted, rememberToken } from "./access.js";

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
