import type { GraphQLResolveInfo } from "graphql";
import { DomainError } from "./errors.js";
import { keyOf, type Kind, KINDS, TYPE_OF_KIND } from "./graph/id.js";
import type { ReferenceResolver } from "./http/build-subgraph.js";
import { RECORD_KINDS } from "./kinds.js";
import type { RecordKind } from "./kinds/record-kind.js";
import type { RequestContext } from "./request-context.js";

/** Key fields as a gateway sends them: the id, or the natural key with its parents inside. */
type Reference = Readonly<Record<string, unknown>>;

function partAt(reference: Reference, path: readonly string[]): string | undefined {
  let value: unknown = reference;
  for (const field of path)
    value =
      typeof value === "object" && value !== null && Object.hasOwn(value, field)
        ? (value as Reference)[field]
        : undefined;
  return typeof value === "string" || Number.isSafeInteger(value) ? String(value) : undefined;
}

function refuse(ways: readonly string[], { path }: GraphQLResolveInfo): never {
  throw new DomainError("BAD_USER_INPUT", `A representation of this type has the key ${ways.join(" or ")}.`, [
    "representations",
    Number(path.key),
  ]);
}

/** Loads by the id of the reference, else by its natural key. A batch of either is one find. */
function reference(kind: Kind): ReferenceResolver {
  const { naturalKey } = RECORD_KINDS[kind] as RecordKind;
  const ways = ["`id`", ...(naturalKey ? [naturalKey.map((path) => `\`${path.join(".")}\``).join(" with ")] : [])];
  return (sent: Reference, { loaders }: RequestContext, info) => {
    if (typeof sent["id"] === "string") return loaders.byId(kind).load(sent["id"]);
    if (sent["id"] !== undefined || !naturalKey) return refuse(ways, info);
    const parts = naturalKey.map((path) => partAt(sent, path));
    if (!parts.every((part) => part !== undefined)) return refuse(ways, info);
    return loaders.byName(kind).load(keyOf(...parts));
  };
}

/** Finds what the keys of a gateway's `_entities` name. */
export const references: Record<string, ReferenceResolver> = Object.fromEntries(
  KINDS.map((kind) => [TYPE_OF_KIND[kind], reference(kind)]),
);
