const KEY = "rocas-token";

/** The token of this browser tab: it is forgotten when the tab is closed, and never written to disk. */
export const tokenHeaders = (): Record<string, string> => {
  const token = sessionStorage.getItem(KEY);
  return token ? { authorization: `Bearer ${token}` } : {};
};

export const rememberToken = (token: string): void => sessionStorage.setItem(KEY, token);

/**
 * Remembers the token that the address of the page carries behind its `#`, as the start of the server prints it, and
 * takes it out of the address.
 */
export function takeTokenOfAddress(): void {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (!token) return;
  rememberToken(token);
  history.replaceState(history.state, "", location.pathname + location.search);
}

/** True if the server answers, with the token remembered or with none. */
export async function isAccepted(): Promise<boolean> {
  const headers = { ...tokenHeaders(), "content-type": "application/json" };
  const { status } = await fetch("/graphql", { method: "POST", headers, body: '{"query":"{__typename}"}' });
  return status !== 401;
}
