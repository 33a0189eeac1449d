/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** The share of the replicas that answer: all, some or none of the number in `replicas`. */
export type Availability =
  /** All replicas of the current revision answer. */
  | 'FULL'
  /** No replica answers. */
  | 'NONE'
  /** Some replicas answer, or the current revision is not complete yet. */
  | 'PARTIAL';

/** The value of an argument of a Dockerfile (ARG). */
export type BuildArgumentInput = {
  /** The name of the argument. */
  name: string;
  /** Its value. It stays readable in the image: give no secret here. */
  value: string;
};

/** A request to build a project. */
export type BuildProjectInput = {
  /** LOCAL and GIT only: values of arguments of the Dockerfile, each name once, 100 at most. */
  args?: Array<BuildArgumentInput> | null | undefined;
  /** The name of the treasure chest with the credentials of the git host (GIT) or of the registry that the image is pulled from (PRE_BUILT); for LOCAL the same as `registryChest`. */
  chest?: string | null | undefined;
  /** LOCAL and GIT only: the path of the Dockerfile inside the project; `Dockerfile` if it is left out. */
  dockerfile?: string | null | undefined;
  /** From the project's `homeDir`, its `gitRepo` or its `dockerRepo`. */
  from?: BuiltFrom;
  /** Chosen by the caller. A repeat of the same mutation with the same key within 24 hours has no second effect and answers with the same record. */
  idempotencyKey?: string | null | undefined;
  /** True if every step is done anew, without the build cache. */
  noCache?: boolean;
  /** The name of the project. */
  proj: string;
  /** GIT only: the branch, tag or commit; the default branch if it is left out. */
  ref?: string | null | undefined;
  /** The name of the treasure chest with the credentials of the registry that the image is pushed to. */
  registryChest?: string | null | undefined;
  /** The Docker tag; a build version that has it already is superseded. */
  tag?: string;
  /** LOCAL and GIT only: the stage of the Dockerfile that becomes the image; the last one if it is left out. */
  target?: string | null | undefined;
};

/** The source of the content of an image. */
export type BuiltFrom =
  /** The project's `gitRepo`. */
  | 'GIT'
  /** The project's `homeDir`. */
  | 'LOCAL'
  /** The project's `dockerRepo`: the image was made elsewhere. */
  | 'PRE_BUILT';

/** A part of the secret of a treasure chest. */
export type ChestKey =
  /** The password. */
  | 'PASSWORD'
  /** The user name. */
  | 'USERNAME';

/** A new dataset. One of a name that is taken replaces the one that has it, once its files are there. */
export type CreateDatasetInput = {
  /** True if all files are kept as one tar.gz. */
  compressed?: boolean;
  /** Arbitrary details, metrics for example. */
  details?: Record<string, unknown> | null | undefined;
  /** Every file of the record, 250 at most; with `moreFiles`, the first of them. */
  files?: Array<ManifestFileInput> | null | undefined;
  /** Chosen by the caller. A repeat of the same mutation with the same key within 24 hours has no second effect and answers with the same record. */
  idempotencyKey?: string | null | undefined;
  /** True if the files are kept in the database itself: at most 16 MiB each, 64 MiB together. */
  lightweight?: boolean;
  /** The name of the model to which it belongs. */
  model: string;
  /** True if `addFiles` will add more files: up to 10,000 in all. Until it says that they are complete, the record takes no bytes. */
  moreFiles?: boolean;
  /** The name; one is made up if it is left out. */
  name?: string | null | undefined;
  /** True if the files are kept by Rocas. If false, there are none, and the dataset cannot be mounted. */
  stored?: boolean;
};

/** A new model. */
export type CreateModelInput = {
  /** The files that a dataset for the model consists of, 100 at most. */
  dataFiles?: Array<FileDocInput> | null | undefined;
  /** Free text. */
  desc?: string | null | undefined;
  /** Chosen by the caller. A repeat of the same mutation with the same key within 24 hours has no second effect and answers with the same record. */
  idempotencyKey?: string | null | undefined;
  /** The files that a version of the model consists of, 100 at most. */
  modelFiles?: Array<FileDocInput> | null | undefined;
  /** The name; one is made up if it is left out. */
  name?: string | null | undefined;
  /** The rules that decide which superseded datasets and versions of the model are kept; null: all are kept. */
  retention?: RetentionPolicyInput | null | undefined;
};

/** A new project. */
export type CreateProjectInput = {
  /** The defaults of its new deployments, for what a request does not say; null: the operator's defaults. */
  deploymentDefaults?: RunDefaultsInput | null | undefined;
  /** Free text. */
  desc?: string | null | undefined;
  /** The image repository from which PRE_BUILT versions come. */
  dockerRepo?: string | null | undefined;
  /** The repository from which GIT builds are made. */
  gitRepo?: string | null | undefined;
  /** The folder from which LOCAL builds are made, inside one of the operator's project roots, or relative to one. */
  homeDir?: string | null | undefined;
  /** Chosen by the caller. A repeat of the same mutation with the same key within 24 hours has no second effect and answers with the same record. */
  idempotencyKey?: string | null | undefined;
  /** The names of the models that the project uses, 50 at most. */
  models?: Array<string> | null | undefined;
  /** The name; one is made up if it is left out. */
  name?: string | null | undefined;
  /** The rules that decide which superseded build versions of the project are kept, with their images; null: all are kept. */
  retention?: RetentionPolicyInput | null | undefined;
  /** The defaults of its trainings, for what a request does not say; null: the operator's defaults. */
  trainingDefaults?: RunDefaultsInput | null | undefined;
};

/** The key of a dataset. */
export type DatasetKeyInput = {
  /** The name of its model. */
  model: string;
  /** The name of the dataset. */
  name: string;
};

/** The desired state of a deployment. If there is one of that name, a field left out keeps its present value. Null empties `movers`, `params` and `details`, brings the defaults of `resources` and `env` back, and is refused for fields that are never empty. */
export type DeployInput = {
  /** Arbitrary details; null empties them. They alone make no revision and restart nothing. */
  details?: Record<string, unknown> | null | undefined;
  /** The variables of each container's environment, all of them, 100 at most, beside those of the project that they do not name. Others make the next revision. Null: those of the project. */
  env?: Array<EnvVariableInput> | null | undefined;
  /** Chosen by the caller. A repeat of the same mutation with the same key within 24 hours has no second effect and answers with the same record. */
  idempotencyKey?: string | null | undefined;
  /** The versions to serve, 20 at most; empty, or null, for lazy serving, where the replicas fetch versions of the project's models on demand. */
  movers?: Array<ModelVersionKeyInput> | null | undefined;
  /** The name; a new deployment with a made-up name if it is left out. */
  name?: string | null | undefined;
  /** Path inside the project of the prediction notebook. A new deployment needs it. */
  notebook?: string | null | undefined;
  /** The parameters of the notebook: they replace those of its cell tagged `parameters`. Others make the next revision. Null empties them. */
  params?: Record<string, unknown> | null | undefined;
  /** The name of the project. */
  proj: string;
  /** The number of containers, 0 to 20; 1 if a new deployment leaves it out. */
  replicas?: number | null | undefined;
  /** The resources of each container, all of them: what it does not say comes from the defaults. Other resources make the next revision. Null: the defaults. */
  resources?: ResourcesInput | null | undefined;
  /** The tag of the build version to run. It is resolved when it is given, never again by a change of something else. A new deployment needs it. */
  tag?: string | null | undefined;
};

/** A variable of a container's environment: with a `value`, or with one from a treasure chest. */
export type EnvVariableInput = {
  /** The name of a treasure chest, whose secret is the value. It is never shown or logged. */
  chest?: string | null | undefined;
  /** The part of the chest's secret that is the value; PASSWORD if it is left out. */
  key?: ChestKey | null | undefined;
  /** The name of the variable. */
  name: string;
  /** The value. It can be read by all who can read the record: a secret belongs into a treasure chest. */
  value?: string | null | undefined;
};

/** One file of a model's contract. */
export type FileDocInput = {
  /** Free text. */
  desc?: string | null | undefined;
  /** The largest size of the file, in MB (1,000,000 bytes); above 0. */
  maxMb?: number | null | undefined;
  /** The name of the file, its folders included. */
  name: string;
  /** True if the file must be there. */
  required?: boolean;
};

/** The state of the files of a record. */
export type FilesState =
  /** Files of the manifest are missing: see `uploads`. The record is read by id only; the one it replaces stays current. */
  | 'PENDING'
  /** Every file is there and verified. */
  | 'READY';

/** One file of a manifest: announced by size and checksum, or given as text. */
export type ManifestFileInput = {
  /** The name of the file, its folders included. */
  name: string;
  /** SHA-256 of the content. Left out if `text` is given. */
  sha256?: string | null | undefined;
  /** Bytes, 64 GiB at most. Left out if `text` is given. */
  size?: number | null | undefined;
  /** The content itself, for small text files: UTF-8, 64 KiB at most. */
  text?: string | null | undefined;
};

/** The key of a model version. */
export type ModelVersionKeyInput = {
  /** The name of its model. */
  model: string;
  /** The name of the version, or an alias of it. */
  name: string;
};

/** The types of records. */
export type RecordType =
  /** A Build. */
  | 'BUILD'
  /** A BuildVersion. */
  | 'BUILD_VERSION'
  /** A Dataset. */
  | 'DATASET'
  /** A Deployment. */
  | 'DEPLOYMENT'
  /** A DeploymentRevision. */
  | 'DEPLOYMENT_REVISION'
  /** A Model. */
  | 'MODEL'
  /** A ModelVersion. */
  | 'MODEL_VERSION'
  /** A Project. */
  | 'PROJECT'
  /** A Training. */
  | 'TRAINING'
  /** A TreasureChest. */
  | 'TREASURE_CHEST';

/** The resources of a container. What is left out comes from the profile, then from the project's defaults, then from the operator's. `resourceOptions` shows what there is. */
export type ResourcesInput = {
  /** The number of processors, 0.01 or more. */
  cpus?: number | null | undefined;
  /** The GPUs by index (`0`), UUID (`GPU-...`) or CDI name (`nvidia.com/gpu=0`), 64 at most. It stands in the place of `gpus`. */
  gpuDevices?: Array<string> | null | undefined;
  /** The number of GPUs, chosen by the engine: Docker with the NVIDIA runtime gives the first ones to each container that asks so. */
  gpus?: number | null | undefined;
  /** The memory, in MiB: 64 or more. */
  memoryMb?: number | null | undefined;
  /** The number of processes and threads, 16 or more. */
  pids?: number | null | undefined;
  /** The name of a profile of the operator. */
  profile?: string | null | undefined;
  /** The disk space, in MiB. */
  scratchMb?: number | null | undefined;
  /** The size of `/dev/shm`, in MiB: no more than the memory, towards which it counts. As large as the memory if nothing says it. */
  shmMb?: number | null | undefined;
};

/** The rules that decide which superseded records are kept: those that either rule keeps. At least one of the two is given. */
export type RetentionPolicyInput = {
  /** The number of days for which a record is kept after it was made: 1 to 36,500. */
  keepDays?: number | null | undefined;
  /** The number of records of each name that are kept, newest first, the current one included: 1 to 10,000. */
  keepLast?: number | null | undefined;
};

/** The defaults of a project's containers, for what a request does not say. */
export type RunDefaultsInput = {
  /** The variables of the environment, 100 at most. */
  env?: Array<EnvVariableInput> | null | undefined;
  /** The resources of a container. */
  resources?: ResourcesInput | null | undefined;
};

/** The state of a record, compared with a snapshot of it. */
export type SnapshotStatus =
  /** The same record is current under the name, with other content: see `drift`. */
  | 'CHANGED'
  /** Nothing is current under the name. */
  | 'DELETED'
  /** The same record is current under the name, with the same content. */
  | 'IDENTICAL'
  /** Another record has taken the name: see `live` and `drift`. */
  | 'REPLACED';

/** The notebook to run, its image and the data that it takes. */
export type StartTrainingInput = {
  /** The datasets to mount, 20 at most. */
  datasets?: Array<DatasetKeyInput> | null | undefined;
  /** Arbitrary details. */
  details?: Record<string, unknown> | null | undefined;
  /** The variables of its environment, 100 at most, beside those of the project that they do not name. */
  env?: Array<EnvVariableInput> | null | undefined;
  /** Chosen by the caller. A repeat of the same mutation with the same key within 24 hours has no second effect and answers with the same record. */
  idempotencyKey?: string | null | undefined;
  /** The name; one is made up if it is left out. */
  name?: string | null | undefined;
  /** Path inside the project of the notebook. */
  notebook: string;
  /** The parameters of the notebook: they replace those of its cell tagged `parameters`. */
  params?: Record<string, unknown> | null | undefined;
  /** The model versions to start from, 20 at most. */
  pretrained?: Array<ModelVersionKeyInput> | null | undefined;
  /** The name of the project. */
  proj: string;
  /** The resources of its container. */
  resources?: ResourcesInput | null | undefined;
  /** The tag of the build version to run in. */
  tag?: string;
  /** The name of a deployment of the project. If the training succeeds, what it published is deployed there as a new revision: each version takes the place of that of its model. `rollout` tells the result. */
  targetDeployment?: string | null | undefined;
  /** The seconds that it may run, from its first start on; then it ends as FAILED. If it is left out: the operator's default. */
  timeoutSeconds?: number | null | undefined;
};

/** The state of a task. FINISHED, FAILED and CANCELLED are final. */
export type TaskState =
  /** Ended on request; nothing of it runs any more. */
  | 'CANCELLED'
  /** Ended badly: see the task's error. */
  | 'FAILED'
  /** Ended well. */
  | 'FINISHED'
  /** Under way. */
  | 'RUNNING'
  /** Recorded; nothing runs yet. */
  | 'WAITING';

export type CreateModelMutationVariables = Exact<{
  input: CreateModelInput;
}>;


export type CreateModelMutation = { createModel: { id: string, name: string, dataFiles: Array<{ name: string, required: boolean, maxMb: number | null }>, modelFiles: Array<{ name: string, required: boolean, maxMb: number | null }> } };

export type CreateDatasetMutationVariables = Exact<{
  input: CreateDatasetInput;
}>;


export type CreateDatasetMutation = { createDataset: { id: string, name: string, state: FilesState, model: { name: string }, files: Array<{ name: string, size: number, sha256: string }>, uploads: Array<{ name: string, url: string, expiresAt: string }> } };

export type CreateProjectMutationVariables = Exact<{
  input: CreateProjectInput;
}>;


export type CreateProjectMutation = { createProject: { id: string, name: string, homeDir: string | null, models: Array<{ name: string }> } };

export type BuildProjectMutationVariables = Exact<{
  input: BuildProjectInput;
}>;


export type BuildProjectMutation = { buildProject: { id: string, task: { state: TaskState } } };

export type WatchSubscriptionVariables = Exact<{
  proj: string;
}>;


export type WatchSubscription = { taskChanged: { type: RecordType, recordId: string, task: { state: TaskState, progress: number, error: string | null } | null, replicas: Array<{ slot: number, state: TaskState, ready: boolean }> } };

export type FollowBuildQueryVariables = Exact<{
  proj: string;
  tag: string;
}>;


export type FollowBuildQuery = { builds: { nodes: Array<{ id: string, task: { state: TaskState, progress: number, error: string | null } }> }, buildVersion: { id: string, dockerId: string | null, builtAt: string | null, builtFrom: BuiltFrom | null } | null };

export type StartTrainingMutationVariables = Exact<{
  input: StartTrainingInput;
}>;


export type StartTrainingMutation = { startTraining: { id: string, name: string, task: { state: TaskState } } };

export type FollowTrainingQueryVariables = Exact<{
  proj: string;
}>;


export type FollowTrainingQuery = { trainings: { nodes: Array<{ name: string, task: { state: TaskState, progress: number, error: string | null }, movers: { nodes: Array<{ name: string, state: FilesState, details: Record<string, unknown>, files: Array<{ name: string, size: number }> }> } }> } };

export type DeployMutationVariables = Exact<{
  input: DeployInput;
}>;


export type DeployMutation = { deploy: { id: string, name: string, replicas: number, movers: Array<{ name: string }> } };

export type FollowDeploymentQueryVariables = Exact<{
  proj: string;
  name: string;
}>;


export type FollowDeploymentQuery = { deployment: { revision: number, availability: Availability, tasks: Array<{ slot: number, state: TaskState, ready: boolean, error: string | null }> } | null };

export type LineageQueryVariables = Exact<{
  proj: string;
  name: string;
}>;


export type LineageQuery = { deployment: { name: string, proj: { name: string }, bvers: { tag: string, dockerId: string | null, status: SnapshotStatus, live: { dockerId: string | null } | null } | null, movers: Array<{ name: string, model: { name: string }, ds: { name: string, files: Array<{ name: string, sha256: string }> } | null, train: { name: string, takenAt: string, bvers: { tag: string, dockerId: string | null, gitVersion: string | null, status: SnapshotStatus, drift: Array<{ path: Array<string>, frozen: unknown, now: unknown }> } | null } | null }> } | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}

export const CreateModelDocument = new TypedDocumentString(`
    mutation CreateModel($input: CreateModelInput!) {
  createModel(input: $input) {
    id
    name
    dataFiles {
      name
      required
      maxMb
    }
    modelFiles {
      name
      required
      maxMb
    }
  }
}
    `) as unknown as TypedDocumentString<CreateModelMutation, CreateModelMutationVariables>;
export const CreateDatasetDocument = new TypedDocumentString(`
    mutation CreateDataset($input: CreateDatasetInput!) {
  createDataset(input: $input) {
    id
    name
    state
    model {
      name
    }
    files {
      name
      size
      sha256
    }
    uploads {
      name
      url
      expiresAt
    }
  }
}
    `) as unknown as TypedDocumentString<CreateDatasetMutation, CreateDatasetMutationVariables>;
export const CreateProjectDocument = new TypedDocumentString(`
    mutation CreateProject($input: CreateProjectInput!) {
  createProject(input: $input) {
    id
    name
    homeDir
    models {
      name
    }
  }
}
    `) as unknown as TypedDocumentString<CreateProjectMutation, CreateProjectMutationVariables>;
export const BuildProjectDocument = new TypedDocumentString(`
    mutation BuildProject($input: BuildProjectInput!) {
  buildProject(input: $input) {
    id
    task {
      state
    }
  }
}
    `) as unknown as TypedDocumentString<BuildProjectMutation, BuildProjectMutationVariables>;
export const WatchDocument = new TypedDocumentString(`
    subscription Watch($proj: String!) {
  taskChanged(proj: $proj) {
    type
    recordId
    task {
      state
      progress
      error
    }
    replicas {
      slot
      state
      ready
    }
  }
}
    `) as unknown as TypedDocumentString<WatchSubscription, WatchSubscriptionVariables>;
export const FollowBuildDocument = new TypedDocumentString(`
    query FollowBuild($proj: String!, $tag: String!) {
  builds(first: 1, filter: {proj: {eq: $proj}, tag: {eq: $tag}}) {
    nodes {
      id
      task {
        state
        progress
        error
      }
    }
  }
  buildVersion(proj: $proj, tag: $tag) {
    id
    dockerId
    builtAt
    builtFrom
  }
}
    `) as unknown as TypedDocumentString<FollowBuildQuery, FollowBuildQueryVariables>;
export const StartTrainingDocument = new TypedDocumentString(`
    mutation StartTraining($input: StartTrainingInput!) {
  startTraining(input: $input) {
    id
    name
    task {
      state
    }
  }
}
    `) as unknown as TypedDocumentString<StartTrainingMutation, StartTrainingMutationVariables>;
export const FollowTrainingDocument = new TypedDocumentString(`
    query FollowTraining($proj: String!) {
  trainings(first: 1, filter: {proj: {eq: $proj}}) {
    nodes {
      name
      task {
        state
        progress
        error
      }
      movers(first: 5) {
        nodes {
          name
          state
          details
          files {
            name
            size
          }
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<FollowTrainingQuery, FollowTrainingQueryVariables>;
export const DeployDocument = new TypedDocumentString(`
    mutation Deploy($input: DeployInput!) {
  deploy(input: $input) {
    id
    name
    replicas
    movers {
      name
    }
  }
}
    `) as unknown as TypedDocumentString<DeployMutation, DeployMutationVariables>;
export const FollowDeploymentDocument = new TypedDocumentString(`
    query FollowDeployment($proj: String!, $name: String!) {
  deployment(proj: $proj, name: $name) {
    revision
    availability
    tasks {
      slot
      state
      ready
      error
    }
  }
}
    `) as unknown as TypedDocumentString<FollowDeploymentQuery, FollowDeploymentQueryVariables>;
export const LineageDocument = new TypedDocumentString(`
    query Lineage($proj: String!, $name: String!) {
  deployment(proj: $proj, name: $name) {
    name
    proj {
      name
    }
    bvers {
      tag
      dockerId
      status
      live {
        dockerId
      }
    }
    movers {
      name
      model {
        name
      }
      ds {
        name
        files {
          name
          sha256
        }
      }
      train {
        name
        takenAt
        bvers {
          tag
          dockerId
          gitVersion
          status
          drift {
            path
            frozen
            now
          }
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<LineageQuery, LineageQueryVariables>;