import { Field, ID, InterfaceType } from "type-graphql";
import { kindOf, TYPE_OF_KIND } from "./id.js";

/** Lean objects carry no class, so that the id says the type. */
export const typeOfRecord = ({ _id }: { _id: string }): string | undefined => {
  const kind = kindOf(_id);
  return kind ? TYPE_OF_KIND[kind] : undefined;
};

@InterfaceType({ description: "A record that can be found by its id alone.", resolveType: typeOfRecord })
export abstract class Node {
  @Field(() => ID, {
    name: "id",
    description:
      "The id of the record, unique among all types; it never changes. A record made again under the same name has another id.",
  })
  readonly _id!: string;
}
