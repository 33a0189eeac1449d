import { type ClassType, Directive, Field, Int, ObjectType } from "type-graphql";
import type { PageRequest, Position } from "../lists/page.js";

// Other subgraphs with Relay's connections have the same type.
@Directive("@shareable")
@ObjectType({ description: "The position of a page in its list." })
export class PageInfo {
  @Field(() => Boolean, { simple: true, description: "True if more records follow the page." })
  readonly hasNextPage!: () => Promise<boolean>;

  @Field(() => Boolean, { simple: true, description: "True if more records precede the page." })
  readonly hasPreviousPage!: () => Promise<boolean>;

  @Field(() => String, {
    simple: true,
    nullable: true,
    description: "The cursor of the first record of the page; null if it is empty.",
  })
  readonly startCursor!: string | null;

  @Field(() => String, {
    simple: true,
    nullable: true,
    description: "The cursor of the last record of the page; null if it is empty.",
  })
  readonly endCursor!: string | null;
}

/** The store's answer to a `PageRequest`. */
export interface Page<T> {
  readonly records: readonly PositionedRecord<T>[];
  /** True if the range goes on beyond the end of the page. */
  readonly hasMore: boolean;
}

/** A record and its position in the order. */
export interface PositionedRecord<T> {
  readonly record: T;
  readonly position: Position;
}

export interface Edge<T> {
  readonly cursor: string;
  readonly node: T;
}

/** The value behind a connection type. Functions compute what is expensive. */
export interface Connection<T> {
  readonly nodes: readonly T[];
  readonly edges: () => readonly Edge<T>[];
  readonly pageInfo: () => PageInfo;
  readonly totalCount: () => Promise<number>;
}

/** Lookups that only some selections need. */
export interface PageLookups {
  readonly cursorOf: (position: Position) => string;
  /** True if a record lies outside of that end of the page's range. */
  readonly hasAny: (side: "after" | "before") => Promise<boolean>;
  readonly totalCount: () => Promise<number>;
}

export function connection<T>(page: Page<T>, request: PageRequest, lookups: PageLookups): Connection<T> {
  const [first, last] = [page.records[0], page.records.at(-1)];
  const isMore = async (side: "after" | "before", isFar: boolean): Promise<boolean> =>
    (isFar && page.hasMore) || (request[side] !== null && (await lookups.hasAny(side)));
  return {
    nodes: page.records.map(({ record }) => record),
    edges: () => page.records.map(({ record, position }) => ({ cursor: lookups.cursorOf(position), node: record })),
    pageInfo: () => ({
      hasNextPage: () => isMore("before", !request.backward),
      hasPreviousPage: () => isMore("after", request.backward),
      startCursor: first ? lookups.cursorOf(first.position) : null,
      endCursor: last ? lookups.cursorOf(last.position) : null,
    }),
    totalCount: lookups.totalCount,
  };
}

/** Returns the connection type of a record type, after Relay's specification. */
export function connectionOf<T extends object>(name: string, node: () => ClassType<object>): ClassType<Connection<T>> {
  @ObjectType(`${name}Edge`, { description: `One ${name} of a connection.` })
  class NodeEdge {
    @Field(() => String, {
      simple: true,
      description: "The position of the record in the list, for `after` or `before`.",
    })
    readonly cursor!: string;

    @Field(node, { simple: true, description: "The record." })
    readonly node!: T;
  }

  @ObjectType(`${name}Connection`, { description: `A page of ${name} records.` })
  class NodeConnection {
    @Field(() => [NodeEdge], { simple: true, description: "The records with their cursors." })
    readonly edges!: () => readonly NodeEdge[];

    @Field(() => [node()], { simple: true, description: "The records." })
    readonly nodes!: readonly T[];

    @Field(() => PageInfo, {
      simple: true,
      description: "The cursors at both ends of the page, and whether more records precede or follow it.",
    })
    readonly pageInfo!: () => PageInfo;

    @Field(() => Int, {
      simple: true,
      description: "The number of records on all pages together; counted only if it is selected.",
    })
    readonly totalCount!: () => Promise<number>;
  }
  return NodeConnection as ClassType<Connection<T>>;
}
