import { DomainError } from "../errors.js";

/** The owner that an input names, if any. @throws BAD_USER_INPUT for one without a name. */
export function givenOwner({ owner }: { readonly owner?: string | null }): string | undefined {
  if (owner === "") throw new DomainError("BAD_USER_INPUT", "An owner has at least one character.", ["input", "owner"]);
  return owner ?? undefined;
}
