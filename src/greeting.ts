import type { OpenedApp } from "./open-app.js";

/** What a person reads when the server has started. */
export async function greeting(opened: OpenedApp, url: string): Promise<string> {
  const { app, location, notices } = opened;
  const lines = [
    `Rocas listens on ${url}`,
    `GraphiQL         ${url}/graphql`,
    `Data             ${location}`,
    ...(await aboutEngine(opened)).map((line, at) => `${at === 0 ? "Engine" : ""}`.padEnd(17) + line),
    ...(app.settings.ROCAS_TOKEN ? ["Every request carries the token (ROCAS_TOKEN)."] : []),
    ...notices,
  ];
  return `${lines.join("\n")}\n`;
}

const UNTIL = "builds, trainings and deployments are refused until";
const NO_ISOLATION = [
  "Projects run with this user's rights, without isolation: run your own, and none of strangers.",
  "Docker adds isolation: docs/processes.md.",
];

async function aboutEngine({ app, engineKind }: OpenedApp): Promise<string[]> {
  try {
    const engine = await app.runtime.engine();
    return engineKind === "process" ? [engine, ...NO_ISOLATION] : [engine];
  } catch (error) {
    if (engineKind === "docker") return [`none found: ${UNTIL} one answers (DOCKER_HOST)`];
    return [`none: ${UNTIL} it is there. ${(error as Error).message}`];
  }
}
