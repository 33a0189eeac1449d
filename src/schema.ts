import type { GraphQLSchema } from "graphql";
import "reflect-metadata";
import {
  BuildVersionEdges,
  BuildVersionGenerationsResolver,
  BuildVersionResolver,
  BuildVersionSnapshotResolver,
} from "./builds/build-version.resolver.js";
import { BuildEdges, BuildResolver } from "./builds/build.resolver.js";
import {
  DatasetEdges,
  DatasetFileResolvers,
  DatasetGenerationsResolver,
  DatasetResolver,
  DatasetSnapshotResolver,
} from "./dataset/dataset.resolver.js";
import { DeploymentRevisionEdges, DeploymentRevisionResolver } from "./deployment/deployment-revision.resolver.js";
import { DeploymentEdges, DeploymentResolver } from "./deployment/deployment.resolver.js";
import { RolloutResolver } from "./deployment/rollout.resolver.js";
import { FileUploadResolver, ManifestResolver, UploadsResolver } from "./files/files.resolver.js";
import { NodeResolver } from "./graph/node.resolver.js";
import { buildSubgraph } from "./http/build-subgraph.js";
import { DriftEventResolver, LiveResolver, RecordChangeResolver, TaskChangeResolver } from "./live/live.resolver.js";
import {
  ModelVersionEdges,
  ModelVersionFileResolvers,
  ModelVersionGenerationsResolver,
  ModelVersionResolver,
  ModelVersionSnapshotResolver,
} from "./model-version/model-version.resolver.js";
import { ModelResolver, ModelSnapshotResolver } from "./model/model.resolver.js";
import { ProjectEdges, ProjectResolver, ProjectSnapshotResolver } from "./project/project.resolver.js";
import { references } from "./references.js";
import { ResourceOptionsResolver } from "./run-options/resource-options.resolver.js";
import { TrainingEdges, TrainingResolver, TrainingSnapshotResolver } from "./training/training.resolver.js";
import { TreasureChestResolver } from "./treasure-chest/treasure-chest.resolver.js";
import { StorageUseResolver } from "./usage/storage-use.resolver.js";

const unused = (): never => {
  throw new Error("Each subscription has a source of its own.");
};
// type-graphql asks for a pubSub if there are subscriptions.
const UNUSED = { publish: unused, subscribe: unused };

/** Returns the executable schema and the SDL of `schema.graphql`. */
export const rocasSchema = (): Promise<{ schema: GraphQLSchema; sdl: string }> =>
  buildSubgraph(
    {
      resolvers: [
        NodeResolver,
        ProjectResolver,
        ProjectSnapshotResolver,
        ...ProjectEdges,
        ModelResolver,
        ModelSnapshotResolver,
        DatasetResolver,
        DatasetGenerationsResolver,
        DatasetSnapshotResolver,
        ...DatasetFileResolvers,
        ...DatasetEdges,
        ModelVersionResolver,
        ModelVersionGenerationsResolver,
        ModelVersionSnapshotResolver,
        ...ModelVersionFileResolvers,
        ...ModelVersionEdges,
        FileUploadResolver,
        ManifestResolver,
        UploadsResolver,
        StorageUseResolver,
        BuildResolver,
        ...BuildEdges,
        BuildVersionResolver,
        BuildVersionGenerationsResolver,
        BuildVersionSnapshotResolver,
        ...BuildVersionEdges,
        TrainingResolver,
        TrainingSnapshotResolver,
        ...TrainingEdges,
        DeploymentResolver,
        DeploymentRevisionResolver,
        ...DeploymentEdges,
        ...DeploymentRevisionEdges,
        RolloutResolver,
        ResourceOptionsResolver,
        TreasureChestResolver,
        LiveResolver,
        TaskChangeResolver,
        DriftEventResolver,
        RecordChangeResolver,
      ],
      pubSub: UNUSED,
      // Its check runs an introspection, which takes long at each start; a test does it instead.
      skipCheck: true,
      // Scalars check every input, on every path.
      validate: false,
    },
    references,
  );
