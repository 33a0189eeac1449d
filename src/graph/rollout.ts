import { prop } from "@typegoose/typegoose";
import { GraphQLDateTime } from "graphql-scalars";
import { Field, Int, ObjectType, registerEnumType } from "type-graphql";

export enum RolloutState {
  PENDING = "PENDING",
  DEPLOYED = "DEPLOYED",
  REFUSED = "REFUSED",
  SKIPPED = "SKIPPED",
}
registerEnumType(RolloutState, {
  name: "RolloutState",
  description: "The state of a rollout. All but PENDING are final.",
  valuesConfig: {
    PENDING: { description: "The training has not ended, or has ended a moment ago." },
    DEPLOYED: { description: "The deployment is to serve what the training published: see `revision`." },
    REFUSED: { description: "The deployment could not be changed: see `reason`." },
    SKIPPED: { description: "There was nothing to deploy: see `reason`." },
  },
});

@ObjectType({ description: "The result of a training's `targetDeployment`." })
export class Rollout {
  /** The id of the deployment. */
  @prop({ type: () => String, required: true })
  readonly deployment!: string;

  @Field(() => RolloutState, { description: "The state of the rollout." })
  @prop({ type: () => String, enum: RolloutState, required: true })
  readonly state!: RolloutState;

  @Field(() => Int, {
    nullable: true,
    description: "The number of the revision of the deployment that serves the versions; null unless it is DEPLOYED.",
  })
  @prop({ type: () => Number })
  readonly revision?: number | null;

  @Field(() => String, { nullable: true, description: "The reason why it was refused or skipped; else null." })
  @prop({ type: () => String })
  readonly reason?: string | null;

  @Field(() => GraphQLDateTime, { name: "updateTime", description: "The time at which the state last changed." })
  @prop({ type: () => Date, required: true })
  readonly update_time!: Date;
}

/** Returns the rollout of a training that has just been asked for. */
export const pendingRollout = (deployment: string, now: Date): Rollout => ({
  deployment,
  state: RolloutState.PENDING,
  revision: null,
  reason: null,
  update_time: now,
});
