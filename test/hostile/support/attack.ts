import { ERROR_CODES } from "../../../src/errors.js";
import type { Answered, Door } from "./door.js";
import { mayBeAccepted } from "./oracle.js";
import { CANARY, jsonOf, read } from "./payloads.js";
import type { Path, Position } from "./positions.js";

const CODES = new Set([...Object.keys(ERROR_CODES), "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"]);
/** What a server says that could not do what it should. */
const OUR_FAULT = new Set(["INTERNAL", "STORE_UNAVAILABLE"]);
const MOST_BYTES = 4 * 1024;

interface Told {
  readonly message: string;
  readonly locations?: readonly unknown[];
  readonly extensions?: { readonly code?: string; readonly id?: string; readonly path?: Path };
}

/** One hostile value for one place. */
export interface Attempt {
  readonly position: Position;
  readonly value: unknown;
  /** Whether a server may take the value at all. */
  readonly may: boolean;
}

export const attemptsOn = (position: Position, values: readonly unknown[]): Attempt[] =>
  values.map((value) => ({ position, value, may: mayBeAccepted(position.type, read(value)) }));

export const send = (door: Door, { label }: Position, body: string): Promise<Answered> =>
  label.startsWith("Subscription.") ? door.follow(body) : door.post(body);

/** Sends the value as a variable. What is wrong with the answer; empty where all is well. */
export async function attack(served: Door, attempt: Attempt): Promise<string[]> {
  const { document, path } = attempt.position;
  const variables = jsonOf(await attempt.position.variables(attempt.value));
  const body = `{"query":${JSON.stringify(document)},"variables":${variables}}`;
  const answer = await send(served, attempt.position, body);
  // Who leaves a value out may be told of what is needed beside it.
  const isLeftOut = attempt.may && attempt.value === null;
  // Where a list would read too much, the path leads to where the condition is missing.
  const leads = ({ extensions }: Told) =>
    meets(extensions?.path, path, attempt.may) || (attempt.may && extensions?.code === "FILTER_TOO_BROAD") || isLeftOut;
  return problemsOf(answer, attempt, leads);
}

/** Sends the value as a literal of the document: what cannot be one is left out. */
export async function attackByLiteral(served: Door, attempt: Attempt): Promise<string[]> {
  const { document, variables } = (await attempt.position.literally(attempt.value)) ?? {};
  if (document === undefined) return [];
  const body = `{"query":${JSON.stringify(document)},"variables":${jsonOf(variables)}}`;
  const answer = await send(served, attempt.position, body);
  // What breaks the grammar or a limit of documents is told by where it stands.
  const leads = ({ extensions, locations }: Told) =>
    meets(extensions?.path, attempt.position.path, attempt.may) ||
    locations !== undefined ||
    extensions?.code === "LIMIT_EXCEEDED";
  return problemsOf(answer, attempt, leads);
}

function problemsOf(
  { status, text, body }: Answered,
  { position, value, may }: Attempt,
  leads: (told: Told) => boolean,
) {
  const errors: readonly Told[] = body.errors ?? [];
  const found = [
    ...(errors.length === 0 && !may ? ["accepted"] : []),
    ...(status >= 500 ? [`answered with ${status}`] : []),
    ...(Buffer.byteLength(JSON.stringify(errors)) > MOST_BYTES ? ["an answer of more than 4 kB"] : []),
    ...(JSON.stringify(errors.map(withoutKey)).includes(CANARY) ? ["the value stands in the answer"] : []),
    ...errors.flatMap((each) => [
      ...(CODES.has(each.extensions?.code ?? "") ? [] : ["no code of the list"]),
      ...(OUR_FAULT.has(each.extensions?.code ?? "") ? ["a failure on our side"] : []),
      ...(each.extensions?.id ? [] : ["no id"]),
      ...(leads(each) ? [] : ["no path to the input"]),
    ]),
  ];
  return found.map((each) => `${position.label} ${jsonOf(value).slice(0, 80)}: ${each}: ${text.slice(0, 400)}`);
}

/** A key that no JSON object may have is named, in quotes and escaped, and nothing else of what was sent. */
const NAMED_KEY = /: \["(?:[^"\\\p{Cc}]|\\.)*"\]: (?=A key )/u;
const withoutKey = (told: Told): Told => ({ ...told, message: told.message.replace(NAMED_KEY, ": ") });

/** A refusal leads to the value, or to what is wrong inside of it; what a record says no to may be told of what is around. */
function meets(told: Path | undefined, path: Path, may: boolean): boolean {
  if (!told || told.length === 0) return false;
  const length = may ? 1 : Math.min(told.length, path.length);
  return told.slice(0, length).every((step, index) => step === path[index]);
}
