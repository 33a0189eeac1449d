import { Field, ObjectType } from "type-graphql";
import { ResourceProfile, ResourceSet } from "../graph/resource-profile.js";
import type { Settings } from "../settings.js";
import { storedSet } from "./asked-resources.js";
import { defaultResources } from "./given-resources.js";

@ObjectType({ description: "The resources that can be asked for, as the operator has set them." })
export class ResourceOptions {
  @Field(() => [ResourceSet], { description: "The profiles, each under its name in `profile`." })
  readonly profiles!: ResourceSet[];

  @Field(() => ResourceSet, {
    description: "The most that one container may ask for. What is null is bounded by the engine's machine alone.",
  })
  readonly caps!: ResourceSet;

  @Field(() => ResourceProfile, {
    description: "The defaults of a training, if neither the request nor its project says anything.",
  })
  readonly training!: ResourceProfile;

  @Field(() => ResourceProfile, {
    description: "The defaults of a replica, if neither the request nor its project says anything.",
  })
  readonly deployment!: ResourceProfile;
}

export const resourceOptions = (settings: Settings): ResourceOptions => ({
  profiles: [...settings.ROCAS_PROFILES].map(([name, set]) => storedSet(name, set)),
  caps: storedSet(null, settings.ROCAS_RESOURCE_CAPS),
  training: defaultResources(settings, "train"),
  deployment: defaultResources(settings, "deploy"),
});
