const PATIENCE_MS = 2_000;

/** Whether the service answers its health check. What it answers beside the status is not read. */
export async function isHealthy(endpoint: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const answer = await fetch(new URL("/health", endpoint), { signal, redirect: "manual" });
    await answer.body?.cancel();
    return answer.status === 200;
  } catch {
    return false;
  }
}
