import { Field, ObjectType } from "type-graphql";
import { RecordInfo } from "../graph/stored-record.js";
import { type BrokenRule, ContractRule } from "../files/file-contract.js";

@ObjectType({
  description:
    "A file, missing or too large, of a dataset or version that was valid when it was published and that the present file contract of the model would refuse. The record can be mounted and deployed as before.",
})
export class ContractViolation implements BrokenRule {
  @Field(() => RecordInfo, { description: "The dataset or the model version." })
  readonly record!: object;

  @Field(() => ContractRule, { description: "The rule that its files break." })
  readonly rule!: ContractRule;

  @Field(() => String, { description: "The name of the file." })
  readonly file!: string;

  @Field(() => String, { description: "A sentence that says what is wrong and what the contract asks for." })
  readonly message!: string;
}
