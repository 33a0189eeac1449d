import { type ClassType, Directive, Field, Int, ObjectType } from "type-graphql";
import type { AnyRecord } from "./stored-record.js";
import { cursorOf } from "./page.js";

// Every subgraph with Relay's connections has this type.
@Directive("@shareable")
@ObjectType({ description: "Where a page lies among all." })
export class PageInfo {
  @Field(() => Boolean, { simple: true, description: "Whether there is more after the page." })
  readonly hasNextPage!: boolean;

  @Field(() => Boolean, { simple: true, description: "Whether there is more before the page." })
  readonly hasPreviousPage!: boolean;

  @Field(() => String, {
    simple: true,
    nullable: true,
    description: "The cursor of the first record of the page; null where it is empty.",
  })
  readonly startCursor!: string | null;

  @Field(() => String, {
    simple: true,
    nullable: true,
    description: "The cursor of the last record of the page; null where it is empty.",
  })
  readonly endCursor!: string | null;
}

/** What the store gives for a `PageRequest`: records from the newest to the oldest. */
export interface Page<T> {
  readonly records: readonly T[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

export interface Edge<T> {
  readonly cursor: string;
  readonly node: T;
}

/** The value behind a connection type; what costs something is computed only where it is selected. */
export interface Connection<T> {
  readonly nodes: readonly T[];
  readonly edges: () => readonly Edge<T>[];
  readonly pageInfo: () => PageInfo;
  readonly totalCount: () => Promise<number>;
}

export function connection<T extends AnyRecord>(page: Page<T>, totalCount: () => Promise<number>): Connection<T> {
  const { records, hasNextPage, hasPreviousPage } = page;
  const [first, last] = [records[0], records.at(-1)];
  return {
    nodes: records,
    edges: () => records.map((node) => ({ cursor: cursorOf(node), node })),
    pageInfo: () => ({
      hasNextPage,
      hasPreviousPage,
      startCursor: first ? cursorOf(first) : null,
      endCursor: last ? cursorOf(last) : null,
    }),
    totalCount,
  };
}

/** The connection type of a record type, after Relay's cursor connections specification. */
export function connectionOf<T extends AnyRecord>(
  name: string,
  node: () => ClassType<object>,
): ClassType<Connection<T>> {
  @ObjectType(`${name}Edge`, { description: `One ${name} of a connection.` })
  class NodeEdge {
    @Field(() => String, { simple: true, description: "Where the record stands; give it to `after` or `before`." })
    readonly cursor!: string;

    @Field(node, { simple: true, description: "The record." })
    readonly node!: T;
  }

  @ObjectType(`${name}Connection`, { description: `A page of ${name} records, the newest first.` })
  class NodeConnection {
    @Field(() => [NodeEdge], { simple: true, description: "The records with their cursors." })
    readonly edges!: () => readonly NodeEdge[];

    @Field(() => [node()], { simple: true, description: "The records." })
    readonly nodes!: readonly T[];

    @Field(() => PageInfo, { simple: true, description: "Where the page lies among all." })
    readonly pageInfo!: () => PageInfo;

    @Field(() => Int, { simple: true, description: "How many there are in all; counted only where it is selected." })
    readonly totalCount!: () => Promise<number>;
  }
  return NodeConnection as ClassType<Connection<T>>;
}
