import { prop } from "@typegoose/typegoose";

/** What a build needs beside what its record says, as it was when the build was asked for: a repeat must not see other. */
export class BuildPlan {
  /** `homeDir`, `gitRepo` or `dockerRepo` of the project. */
  @prop({ type: () => String, required: true })
  readonly location!: string;

  /** Which of its secrets the chest held. */
  @prop({ type: () => Number })
  readonly chest_version?: number | null;

  @prop({ type: () => Number })
  readonly registry_chest_version?: number | null;

  /** The id that the build version will have: an insert that finds it there is done. */
  @prop({ type: () => String, required: true })
  readonly build_version!: string;
}
