import { buildSchema, GraphQLError, type GraphQLFieldResolver, type GraphQLSchema } from "graphql";
import { DomainError } from "../../../src/errors.js";
import { BoundedSource } from "./bounded-source.js";

const SDL = `
  type Query {
    hello(name: String): String!
    fail(how: String!): String
    slow(ms: Int!): String!
    big(kib: Int!): String!
  }
  type Mutation {
    plant(name: String!): Int!
    plantSlowly(ms: Int!): Int!
  }
  type Subscription {
    count(to: Int!): Int!
    context: Int!
    absent: Int!
    breaks(how: String!): Int!
    stumbles: Int
    followed: String!
    read(label: Float): Reading!
    never: Int!
  }
  type Reading {
    context: Int!
    slow(ms: Int!): Int
    fail(times: Int!): Int
  }
`;

const FAILURES: Record<string, () => Error> = {
  limit: () => new DomainError("LIMIT_EXCEEDED", "Too far behind."),
  uri: () => new Error("connect mongodb://root:CANARY@db:27017 at /srv/node_modules/x.js ECONNREFUSED"),
  stranger: () => new GraphQLError("CANARY", { extensions: { code: "WEIRD", secret: "CANARY" } }),
};

/** What resolvers are given. */
export interface LiveContext {
  readonly number: number;
}

/** An event that is read: all subscribers get the same object. */
export interface Reading {
  failures: number;
}

const QUEUE = 64;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A graph with something to follow, and what is behind it. */
export class LiveGraph {
  readonly schema: GraphQLSchema = buildSchema(SDL);
  /** Those that are followed just now. */
  readonly followed = new Set<BoundedSource<string>>();
  readonly readers = new Set<BoundedSource<Reading>>();
  planted = 0;

  constructor() {
    this.give("Query", {
      hello: (_, { name }) => `hello ${name ?? "you"}`,
      fail: (_, { how }) => {
        throw FAILURES[how as string]!();
      },
      slow: (_, { ms }) => pause(ms as number).then(() => "done"),
      big: (_, { kib }) => "x".repeat(1024 * (kib as number)),
    });
    this.give("Mutation", {
      plant: () => (this.planted += 1),
      plantSlowly: (_, { ms }) => pause(ms as number).then(() => (this.planted += 1)),
    });
    this.give("Subscription", {
      count: (event) => event,
      context: (_event, _args, { number }) => number,
      breaks: (event) => event,
      stumbles: (event) => {
        if (event === 2) throw FAILURES["uri"]!();
        return event;
      },
      followed: (event) => event,
      read: (event) => event,
      never: (event) => event,
    });
    this.give("Reading", {
      context: (_event, _args, { number }) => number,
      slow: (_event, { ms }, { number }) => pause(ms as number).then(() => number),
      fail: (event, { times }) => {
        if (((event as Reading).failures += 1) <= (times as number)) throw FAILURES["uri"]!();
        return (event as Reading).failures;
      },
    });
    this.feed({
      count: (_, { to }) => numbers(to as number),
      context: () => numbers(3),
      absent: () => {
        throw new DomainError("NOT_FOUND", "There is nothing of that name.");
      },
      breaks: (_, { how }) => broken(how as string),
      stumbles: () => numbers(3),
      followed: () => follow(this.followed),
      read: () => follow(this.readers),
      never: () => silence(),
    });
  }

  publish(event: string): void {
    for (const each of this.followed) each.publish(event);
  }

  publishReading(): void {
    const reading = { failures: 0 };
    for (const each of this.readers) each.publish(reading);
  }

  private give(type: string, resolvers: Record<string, GraphQLFieldResolver<unknown, LiveContext>>): void {
    const fields = this.fieldsOf(type);
    for (const [name, resolve] of Object.entries(resolvers)) fields[name]!.resolve = resolve;
  }

  private feed(sources: Record<string, GraphQLFieldResolver<unknown, LiveContext>>): void {
    const fields = this.fieldsOf("Subscription");
    for (const [name, subscribe] of Object.entries(sources)) fields[name]!.subscribe = subscribe;
  }

  private fieldsOf(type: string) {
    const root = this.schema.getType(type);
    if (!root || !("getFields" in root)) throw new Error(`There is no type ${type}.`);
    return root.getFields() as Record<string, { resolve?: unknown; subscribe?: unknown }>;
  }
}

function follow<T extends string | object>(followed: Set<BoundedSource<T>>): BoundedSource<T> {
  const source = new BoundedSource<T>(QUEUE, () => followed.delete(source));
  followed.add(source);
  return source;
}

async function* numbers(to: number) {
  for (let each = 1; each <= to; each += 1) yield await Promise.resolve(each);
}

// An async generator that waits cannot be ended.
async function* silence() {
  await new Promise(() => undefined);
  yield 1;
}

async function* broken(how: string) {
  yield await Promise.resolve(1);
  throw FAILURES[how]!();
}
