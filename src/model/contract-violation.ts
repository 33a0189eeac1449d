import { Field, ObjectType } from "type-graphql";
import { RecordInfo } from "../graph/stored-record.js";
import { type ContractBreak, ContractRule } from "./file-contract.js";

@ObjectType({
  description:
    "A dataset or version that was good when it was published and that the model's file contract would refuse as it is now. It can be mounted and deployed as before.",
})
export class ContractViolation implements ContractBreak {
  @Field(() => RecordInfo, { description: "The dataset or the model version." })
  readonly record!: object;

  @Field(() => ContractRule, { description: "The rule that its files break." })
  readonly rule!: ContractRule;

  @Field(() => String, { description: "The name of the file." })
  readonly file!: string;

  @Field(() => String, { description: "What is wrong and what the contract asks for, in a sentence." })
  readonly message!: string;
}
