import type { OpenedApp } from "./open-app.js";

/** What a person reads when the server has started. */
export async function greeting({ app, location, notices }: OpenedApp, url: string): Promise<string> {
  const engine = await app.runtime
    .engine()
    .then((name) => name)
    .catch(() => "none found: builds, trainings and deployments are refused until one answers (DOCKER_HOST)");
  const lines = [
    `Rocas listens on ${url}`,
    `GraphiQL         ${url}/graphql`,
    `Data             ${location}`,
    `Engine           ${engine}`,
    ...(app.settings.ROCAS_TOKEN ? ["Every request carries the token (ROCAS_TOKEN)."] : []),
    ...notices,
  ];
  return `${lines.join("\n")}\n`;
}
