import { prop } from "@typegoose/typegoose";

/** The inputs of a build beside its record, as they were when it was asked for: a repeat must see the same. */
export class BuildPlan {
  /** `homeDir`, `gitRepo` or `dockerRepo` of the project. */
  @prop({ type: () => String, required: true })
  readonly location!: string;

  /** The version of the secret that the chest held. */
  @prop({ type: () => Number })
  readonly chest_version?: number | null;

  @prop({ type: () => Number })
  readonly registry_chest_version?: number | null;

  /** The id that the build version will have: an insert that finds it there is done. */
  @prop({ type: () => String, required: true })
  readonly build_version!: string;
}
