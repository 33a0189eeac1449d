import { pino } from "pino";
import { openAccess } from "./access-token.js";
import { OperatorError } from "./errors.js";
import { greeting } from "./greeting.js";
import { routesOf } from "./http-routes.js";
import { openLogger } from "./logger.js";
import { fileSentence, isAboutFile, isDiskFull } from "./machine-faults.js";
import { openApp } from "./open-app.js";
import { ownCommands } from "./own-commands.js";
import { requestContext } from "./request-context.js";
import { rocasSchema } from "./schema.js";
import { readSettings } from "./settings.js";
import { helpText } from "./settings/describe-settings.js";
import { startServer } from "./start-server.js";
import { letYoungSpaceGrow } from "./young-space.js";

/** Reads the arguments of the command. @throws ArgumentsRefused */
function isHelpAsked(args: readonly string[]): boolean {
  if (args.some((each) => each === "--help" || each === "-h")) return true;
  if (args.length > 0) throw new ArgumentsRefused(args);
  return false;
}

/** The server takes no arguments; the message names those that were given. */
class ArgumentsRefused extends OperatorError {
  constructor(args: readonly string[]) {
    super(
      `Rocas takes no argument but --help: ${args.map((each) => JSON.stringify(each)).join(", ")}. Its settings come from the environment, as PORT=4001 ${ownCommands().start}.`,
    );
  }
}

/** Returns a sentence for an error that the operator can mend, a stack for any other. */
const messageFor = (error: unknown): string => {
  if (isForOperator(error)) return error.message;
  if (isAboutFile(error)) return fileSentence(error);
  return (error as Error)?.stack ?? String(error);
};

const isForOperator = (error: unknown): error is Error =>
  error instanceof OperatorError ||
  isDiskFull(error) ||
  (error instanceof Error &&
    ["EADDRINUSE", "EADDRNOTAVAIL", "ENOTFOUND"].includes(String((error as NodeJS.ErrnoException).code)));

async function main(): Promise<void> {
  if (isHelpAsked(process.argv.slice(2))) {
    process.stdout.write(helpText());
    return;
  }
  const asked = readSettings(process.env);
  const access = await openAccess(asked);
  const settings = { ...asked, ROCAS_TOKEN: access.token };
  // People read standard output, machines the log on standard error.
  const logger = openLogger(settings.LOG_LEVEL, pino.destination(2));
  const opened = await openApp(settings, logger);
  const { app } = opened;
  const { schema } = await rocasSchema();
  const server = await startServer({
    settings,
    schema,
    contextOf: (caller, limit, selected) => requestContext(app, caller, limit, selected),
    routes: routesOf(app),
    logger,
    runsIn: opened.engineKind,
    readiness: () => opened.readiness(),
  });
  letYoungSpaceGrow();
  process.stdout.write(await greeting(opened, server.url, access));

  let ending = false;
  const end = (code: number): void => {
    // A second signal does not wait.
    if (ending) process.exit(code || 1);
    ending = true;
    void server
      .close()
      .then(() => opened[Symbol.asyncDispose]())
      .then(() => process.exit(code))
      .catch((error: unknown) => {
        logger.fatal({ event: "end_failed", err: error });
        process.exit(1);
      });
  };
  process.on("SIGTERM", () => end(0));
  process.on("SIGINT", () => end(0));
  void opened.lost.then((error) => {
    logger.fatal({ event: "store_lost", err: error });
    process.exit(1);
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`${messageFor(error)}\n`);
  process.exit(1);
});
