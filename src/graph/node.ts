import { Field, ID, InterfaceType } from "type-graphql";
import { type Kind, kindOf } from "./id.js";

/** The GraphQL type of each kind of record. */
export const TYPE_OF_KIND: Record<Kind, string> = {
  project: "Project",
  model: "Model",
  build: "Build",
  bvers: "BuildVersion",
  dataset: "Dataset",
  train: "Training",
  movers: "ModelVersion",
  depl: "Deployment",
  revision: "DeploymentRevision",
  tchest: "TreasureChest",
};

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
