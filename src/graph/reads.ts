import { Extensions } from "type-graphql";
import type { Kind } from "./id.js";

/** The stored fields that a resolver reads, so that the store need not send others. */
export interface FieldReads {
  /** Fields of the record or snapshot to which the resolver belongs. */
  readonly own: readonly string[];
  /** Fields of records that it loads for its own use, by kind. The fields of a result follow from the query. */
  readonly loaded: Readonly<Partial<Record<Kind, readonly string[]>>>;
  /** True if it takes a record as it came from the store (`RawDocument`), too. */
  readonly takesDocument: boolean;
}

/** The resolver itself. Without arguments it is called as `(root, context)`. */
type Method = (...parameters: never[]) => unknown;

/** The extension of a field in the schema. */
export interface ReadsExtension extends FieldReads {
  readonly method: Method;
}

/**
 * Says which stored fields a resolver reads. Its root has no others: the executor makes an object of these alone.
 *
 * A resolver without GraphQL arguments takes the root first and the context second; it is called without type-graphql.
 * A resolver without this decorator gets whole records, and so does each other part of its query.
 */
export const Reads =
  (own: readonly string[], loaded: FieldReads["loaded"] = {}, { takesDocument = false } = {}) =>
  <M extends Method>(target: object, name: string, descriptor: TypedPropertyDescriptor<M>): void => {
    const reads: ReadsExtension = { own, loaded, takesDocument, method: descriptor.value! };
    Extensions({ reads })(target, name, descriptor as PropertyDescriptor);
  };
