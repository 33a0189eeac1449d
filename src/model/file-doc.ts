import { prop } from "@typegoose/typegoose";
import { Field, Float, ObjectType } from "type-graphql";

@ObjectType({
  description: "One file of a model's contract: what it is called, whether it must be there, how large it may be.",
})
export class FileDoc {
  @Field(() => String, { description: "The name of the file, its folders included: `variables/variables.index`." })
  @prop({ type: () => String, required: true })
  readonly name!: string;

  @Field(() => String, { nullable: true, description: "Free text." })
  @prop({ type: () => String })
  readonly desc?: string | null;

  @Field(() => Boolean, { description: "True if the file must be there." })
  @prop({ type: () => Boolean, required: true })
  readonly required!: boolean;

  @Field(() => Float, {
    name: "maxMb",
    nullable: true,
    description: "The largest size of the file, in MB (1,000,000 bytes).",
  })
  @prop({ type: () => Number })
  readonly max_mb?: number | null;
}
