// The schema of the three GraphQL servers: the part of Rocas's schema that the works ask for, resolvers without layers,
// a DataLoader for each type.
import DataLoader from "dataloader";
import { buildSchema } from "graphql";
import { keyOf } from "../../dist/graph/id.js";
import { statusOf } from "./reads.mjs";

const SDL = /* GraphQL */ `
  scalar JSONObject
  scalar PlainValue
  enum SnapshotStatus {
    IDENTICAL
    CHANGED
    REPLACED
    DELETED
  }
  enum OrderDirection {
    ASC
    DESC
  }
  type Query {
    deployments(first: Int): DeploymentConnection!
    trainings(first: Int, filter: TrainingFilter, orderBy: [TrainingOrder!]): TrainingConnection!
    training(proj: String!, name: String!): Training
  }
  type Mutation {
    updateModel(input: UpdateModelInput!): Model!
  }
  input UpdateModelInput {
    name: String!
    desc: String
  }
  input ReferenceFilter {
    eq: String
  }
  input DetailsFilter {
    path: [String!]!
    eq: PlainValue
  }
  input TrainingFilter {
    proj: ReferenceFilter
    details: [DetailsFilter!]
  }
  input TrainingOrder {
    details: [String!]
    direction: OrderDirection! = ASC
  }
  type PageInfo {
    hasNextPage: Boolean!
  }
  type DeploymentConnection {
    nodes: [Deployment!]!
  }
  type Deployment {
    name: String!
    proj: Project!
    movers: [ModelVersionSnapshot!]!
  }
  type Project {
    name: String!
    models: [Model!]!
  }
  type Model {
    name: String!
    desc: String
  }
  type ModelVersionSnapshot {
    name: String!
    model: ModelSnapshot!
    train: TrainingSnapshot
    ds: DatasetSnapshot
  }
  type ModelSnapshot {
    name: String!
  }
  type DatasetSnapshot {
    name: String!
  }
  type TrainingSnapshot {
    name: String!
    bvers: BuildVersionSnapshot
  }
  type BuildVersionSnapshot {
    tag: String!
    dockerId: String
    status: SnapshotStatus!
    live: BuildVersion
  }
  type BuildVersion {
    dockerId: String
  }
  type TrainingConnection {
    nodes: [Training!]!
    pageInfo: PageInfo!
  }
  type Training {
    id: ID!
    name: String!
    notebook: String
    details: JSONObject!
  }
`;

const dockerId = ({ docker_id }) => docker_id;

async function trainings(_, { first, filter, orderBy }, { reads, projectByKey }) {
  if (!filter.proj) return { nodes: await reads.bestTrainings({ first, filter, orderBy }) };
  const { _id } = await projectByKey.load(keyOf(filter.proj.eq));
  return reads.pageOfTrainings(_id, first);
}

const RESOLVERS = {
  Query: {
    deployments: async (_, { first }, { reads }) => ({ nodes: await reads.deployments(first) }),
    trainings,
    training: (_, { proj, name }, { trainingByKey }) => trainingByKey.load(keyOf(proj, name)),
  },
  Mutation: { updateModel: (_, { input: { name, desc } }, { reads }) => reads.describeModel(name, desc) },
  Deployment: { proj: ({ proj }, _, { project }) => project.load(proj) },
  Project: { models: ({ model }, _, loaders) => loaders.model.loadMany(model) },
  BuildVersionSnapshot: {
    dockerId,
    status: async (snapshot, _, { buildVersionByKey }) =>
      statusOf(snapshot, await buildVersionByKey.load(snapshot.key)),
    live: ({ key }, _, { buildVersionByKey }) => buildVersionByKey.load(key),
  },
  BuildVersion: { dockerId },
  Training: { id: ({ _id }) => _id },
};

/** Returns the schema. */
export function benchSchema() {
  const schema = buildSchema(SDL);
  for (const [type, fields] of Object.entries(RESOLVERS))
    for (const [field, resolve] of Object.entries(fields)) schema.getType(type).getFields()[field].resolve = resolve;
  return schema;
}

/** Returns the context of one request: loaders of its own. */
export const contextOf = (reads) => () => ({
  reads,
  project: new DataLoader(reads.projects),
  projectByKey: new DataLoader(reads.projectsByKey),
  model: new DataLoader(reads.models),
  trainingByKey: new DataLoader(reads.trainingsByKey),
  buildVersionByKey: new DataLoader(reads.buildVersionsByKey),
});
