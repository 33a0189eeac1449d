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

const OPEN = "ROCAS_TOKEN is not set: every user of this machine can run code with this user's rights.";
const WITHOUT_ONE = [
  "ROCAS_RUNTIME=process runs projects without one, with this user's rights and without isolation; set ROCAS_TOKEN",
  "too, for whoever reaches the port can run code then: docs/processes.md.",
];

async function aboutEngine({ app, engineKind }: OpenedApp): Promise<string[]> {
  try {
    const engine = await app.runtime.engine();
    if (engineKind === "docker") return [engine];
    return [engine, ...NO_ISOLATION, ...(app.settings.ROCAS_TOKEN ? [] : [OPEN])];
  } catch (error) {
    if (engineKind === "docker") return [`none found: ${UNTIL} one answers (DOCKER_HOST).`, ...WITHOUT_ONE];
    return [`none: ${UNTIL} it is there. ${(error as Error).message}`];
  }
}
