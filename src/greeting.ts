import type { Access } from "./access-token.js";
import type { OpenedApp } from "./open-app.js";

/**
 * Returns the text that a person reads when the server has started. It shows a token only if this installation made it,
 * in the fragment of GraphiQL's address: browsers send a fragment to no server.
 */
export async function greeting(opened: OpenedApp, url: string, access: Access): Promise<string> {
  const engine = await aboutEngine(opened);
  const lines = [
    ...entry("Rocas", [`listens on ${url}`], " "),
    ...entry("GraphiQL", [`${url}/graphql${access.file === null ? "" : `#token=${access.token}`}`]),
    ...entry("Data", [opened.location]),
    ...entry("Engine", engine),
    ...entry("Token", aboutToken(access, opened)),
    ...opened.notices,
  ];
  return `${lines.join("\n")}\n`;
}

const WIDTH = 17;
const entry = (name: string, lines: readonly string[], after = "".padEnd(WIDTH - name.length)): string[] =>
  lines.map((line, at) => (at === 0 ? name + after : "".padEnd(WIDTH)) + line);

function aboutToken({ token, file }: Access, { engineKind }: OpenedApp): string[] {
  if (file !== null) return [`in ${file}: every request carries it, as \`Authorization: Bearer TOKEN\`.`];
  if (token !== "") return ["ROCAS_TOKEN: every request carries it, as `Authorization: Bearer TOKEN`."];
  const can = engineKind === "process" ? "run code with this user's rights" : "use this server";
  return [`none (ROCAS_TOKEN=none): every user of this machine can ${can}.`];
}

const UNTIL = "builds, trainings and deployments are refused until";
const NO_ISOLATION = [
  "Projects run with this user's rights, without isolation: run your own, and none of strangers.",
  "Docker adds isolation: docs/processes.md.",
];

const WITHOUT_ONE = [
  "ROCAS_RUNTIME=process runs projects without one, with this user's rights and without isolation: docs/processes.md.",
];

const aboutRegistry = ({ settings, imageBuilder }: OpenedApp["app"]): string[] =>
  settings.ROCAS_REGISTRY && !imageBuilder.hasRegistries
    ? [`Nothing is pushed to ${settings.ROCAS_REGISTRY} (ROCAS_REGISTRY): there are no images without an engine.`]
    : [];

async function aboutEngine({ app, engineKind }: OpenedApp): Promise<string[]> {
  try {
    const engine = await app.runtime.engine();
    if (engineKind === "docker") return [engine];
    return [engine, ...NO_ISOLATION, ...aboutRegistry(app)];
  } catch (error) {
    if (engineKind === "docker") return [`none found: ${UNTIL} one answers (DOCKER_HOST).`, ...WITHOUT_ONE];
    return [`none: ${UNTIL} it is there. ${(error as Error).message}`];
  }
}
