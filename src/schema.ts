import "reflect-metadata";
import type { GraphQLSchema } from "graphql";
import { BuildResolver } from "./build/build.resolver.js";
import {
  BuildVersionGenerationsResolver,
  BuildVersionResolver,
  BuildVersionSnapshotResolver,
} from "./build-version/build-version.resolver.js";
import {
  DatasetFileResolvers,
  DatasetGenerationsResolver,
  DatasetResolver,
  DatasetSnapshotResolver,
} from "./dataset/dataset.resolver.js";
import { DeploymentRevisionResolver } from "./deployment/deployment-revision.resolver.js";
import { DeploymentResolver } from "./deployment/deployment.resolver.js";
import { ManifestResolver } from "./files/files.resolver.js";
import { UploadsResolver } from "./files/uploads.resolver.js";
import { NodeResolver } from "./graph/node.resolver.js";
import { buildSubgraph } from "./http/build-subgraph.js";
import { DriftEventResolver, LiveResolver, RecordChangeResolver, TaskChangeResolver } from "./live/live.resolver.js";
import { ModelResolver, ModelSnapshotResolver } from "./model/model.resolver.js";
import {
  ModelVersionFileResolvers,
  ModelVersionGenerationsResolver,
  ModelVersionResolver,
  ModelVersionSnapshotResolver,
} from "./model-version/model-version.resolver.js";
import { ProjectResolver, ProjectSnapshotResolver } from "./project/project.resolver.js";
import { references } from "./references.js";
import { TrainingResolver, TrainingSnapshotResolver } from "./training/training.resolver.js";
import { StorageUseResolver } from "./usage/storage-use.resolver.js";
import { TreasureChestResolver } from "./treasure-chest/treasure-chest.resolver.js";

const unused = (): never => {
  throw new Error("Each subscription has a source of its own.");
};
// type-graphql wants one as soon as there are subscriptions.
const UNUSED = { publish: unused, subscribe: unused };

/** The executable schema, and the SDL that `schema.graphql` holds. */
export const rocasSchema = (): Promise<{ schema: GraphQLSchema; sdl: string }> =>
  buildSubgraph(
    {
      resolvers: [
        NodeResolver,
        ProjectResolver,
        ProjectSnapshotResolver,
        ModelResolver,
        ModelSnapshotResolver,
        DatasetResolver,
        DatasetGenerationsResolver,
        DatasetSnapshotResolver,
        ...DatasetFileResolvers,
        ModelVersionResolver,
        ModelVersionGenerationsResolver,
        ModelVersionSnapshotResolver,
        ...ModelVersionFileResolvers,
        ManifestResolver,
        UploadsResolver,
        StorageUseResolver,
        BuildResolver,
        BuildVersionResolver,
        BuildVersionGenerationsResolver,
        BuildVersionSnapshotResolver,
        TrainingResolver,
        TrainingSnapshotResolver,
        DeploymentResolver,
        DeploymentRevisionResolver,
        TreasureChestResolver,
        LiveResolver,
        TaskChangeResolver,
        DriftEventResolver,
        RecordChangeResolver,
      ],
      pubSub: UNUSED,
      // Every input is checked by its scalar, whatever path it comes by.
      validate: false,
    },
    references,
  );
