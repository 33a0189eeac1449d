import { Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from "type-graphql";
import { BuildVersion } from "../builds/build-version.js";
import { Dataset } from "../dataset/dataset.js";
import { deleteRecord } from "../deletion/delete-record.js";
import { Deletion } from "../deletion/deletion.js";
import { downloadUrl } from "../files/uploads.js";
import { keyOf } from "../graph/id.js";
import { Input, intentOf } from "../graph/mutation-input.js";
import { Reads } from "../graph/reads.js";
import { snapshotResolver } from "../graph/snapshot.resolver.js";
import { LogArgs, LogPage } from "../jobs/log-page.js";
import { readLog } from "../jobs/read-log.js";
import { Waiting, waitingOf } from "../jobs/waiting.js";
import { updateDetails } from "../kinds/update-record.js";
import { answerList } from "../lists/answer-list.js";
import { listedOn } from "../lists/children.resolver.js";
import type { ListArgs } from "../lists/listing.js";
import { ModelVersion, ModelVersionSnapshot } from "../model-version/model-version.js";
import { MODEL_VERSION } from "../model-version/model-version.kind.js";
import { loadPinned } from "../model-version/model-version.loaders.js";
import { TRAINING_DEFINITION, TrainingSnapshot } from "../model-version/training-snapshot.js";
import { Project } from "../project/project.js";
import type { RequestContext } from "../request-context.js";
import { cancelTraining, startTraining } from "./start-training.js";
import {
  CancelTrainingInput,
  DeleteTrainingInput,
  StartTrainingInput,
  TrainingKey,
  UpdateTrainingInput,
} from "./training.inputs.js";
import { Training } from "./training.js";
import { TRAINING } from "./training.kind.js";

@Resolver(() => Training)
export class TrainingResolver {
  @Query(() => Training, { nullable: true, description: "The training of that name, or null." })
  training(@Args(() => TrainingKey) { proj, name }: TrainingKey, @Ctx() { loaders }: RequestContext) {
    return loaders.trainingByKey.load(keyOf(proj, name));
  }

  @Query(() => TRAINING.Connection, { description: "Trainings, the newest first." })
  trainings(@Args(() => TRAINING.listing.Args) args: ListArgs, @Ctx() context: RequestContext) {
    return answerList(context, TRAINING, args);
  }

  @Mutation(() => Training, {
    description:
      "Runs a notebook of a built project in a container. It answers at once; `task` and `log` show the progress.",
  })
  startTraining(@Input(() => StartTrainingInput) input: StartTrainingInput, @Ctx() { app, caller }: RequestContext) {
    return startTraining(app, intentOf(caller, "startTraining", input), input);
  }

  @Mutation(() => Training, {
    description:
      "Cancels a training. Its task is CANCELLED once nothing of it runs any more; a training that has ended stays as it is.",
  })
  cancelTraining(@Input(() => CancelTrainingInput) input: CancelTrainingInput, @Ctx() { app, caller }: RequestContext) {
    return cancelTraining(app, intentOf(caller, "cancelTraining", input), input);
  }

  @Mutation(() => Training, { description: "Changes the details of a training." })
  updateTraining(@Input(() => UpdateTrainingInput) input: UpdateTrainingInput, @Ctx() { app, caller }: RequestContext) {
    const { proj, name, details } = input;
    return updateDetails(app, intentOf(caller, "updateTraining", input), "train", [proj, name], details);
  }

  @Mutation(() => Deletion, {
    description:
      "Deletes a training with its log and its executed notebook. With `cascade`, one that is under way is cancelled first. The versions that it published stay.",
  })
  deleteTraining(@Input(() => DeleteTrainingInput) input: DeleteTrainingInput, @Ctx() { app, caller }: RequestContext) {
    const { proj, name, cascade } = input;
    return deleteRecord(app, intentOf(caller, "deleteTraining", input), "train", [proj, name], cascade);
  }

  @FieldResolver(() => Project, { description: "The project responsible for the training." })
  @Reads(["proj"])
  proj(@Root() { proj }: Training, @Ctx() { loaders }: RequestContext) {
    return loaders.project.load(proj);
  }

  @FieldResolver(() => Waiting, {
    nullable: true,
    description: "The place in the queue, and the reason why it waits; null if its task is not WAITING.",
  })
  @Reads(["_id", "task"])
  waiting(@Root() root: Training, @Ctx() { app, loaders }: RequestContext) {
    return waitingOf(root, "TRAIN", () => loaders.queueOf(app.settings, "TRAIN"));
  }

  @FieldResolver(() => LogPage, { description: "The output of the notebook, also while it runs." })
  @Reads(["_id"])
  log(@Root() { _id }: Training, @Args(() => LogArgs) args: LogArgs, @Ctx() { app }: RequestContext) {
    return readLog(app.store, _id, args);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      "Path on this server from which the executed notebook is fetched by GET within 15 minutes. It is kept whether the training failed or not; null until then.",
  })
  @Reads(["_id", "output"])
  outputNotebook(@Root() { _id, output }: Training, @Ctx() { app }: RequestContext) {
    return output ? downloadUrl(app.vault, _id, null) : null;
  }
}

const StatusResolver = snapshotResolver(
  () => TrainingSnapshot,
  () => Training,
  "train",
  TRAINING_DEFINITION,
  (loaders) => loaders.trainingByKey,
);

@Resolver(() => TrainingSnapshot)
export class TrainingSnapshotResolver extends StatusResolver {
  @FieldResolver(() => [ModelVersionSnapshot], {
    description: "Every model version mounted to start from, as it was when the training was started.",
  })
  @Reads(["pretrained"])
  pretrained(@Root() { pretrained }: TrainingSnapshot, @Ctx() { loaders }: RequestContext) {
    return Promise.all(pretrained.map((pin) => loadPinned(loaders, pin)));
  }
}

const trainingsOn = listedOn<Training>(TRAINING.Connection, TRAINING.listing);

/** The lists of trainings on other records, and of what a training published. */
export const TrainingEdges = [
  trainingsOn(() => Project, {
    field: "trainings",
    description: "The trainings of the project.",
    pages: (loaders) => loaders.childPages("project", "train", "proj"),
  }),
  trainingsOn(() => BuildVersion, {
    field: "trainings",
    description: "The trainings that ran in it.",
    pages: (loaders) => loaders.childPages("bvers", "train", "bvers._id"),
  }),
  trainingsOn(() => Dataset, {
    field: "trainings",
    description: "The trainings that mounted the dataset.",
    pages: (loaders) => loaders.childPages("dataset", "train", "ds._id"),
  }),
  trainingsOn(() => ModelVersion, {
    field: "trainings",
    description: "The trainings that started from the version.",
    pages: (loaders) => loaders.childPages("movers", "train", "pretrained._id"),
  }),
  listedOn<ModelVersion>(MODEL_VERSION.Connection, MODEL_VERSION.listing)(() => Training, {
    field: "movers",
    description: "The model versions that the training published.",
    pages: (loaders) => loaders.childPages("train", "movers", "train._id"),
  }),
] as const;
