import { graphql } from "relay-runtime";

// What a dashboard on Relay asks, as its components would: the compiler judges it, and nothing runs it.

export const query = graphql`
  query DashboardQuery($model: String!) {
    ...Dashboard_models
    model(name: $model) {
      ...Dashboard_model
      ...Dashboard_versions @arguments(count: 5)
    }
  }
`;

export const modelsFragment = graphql`
  fragment Dashboard_models on Query
  @refetchable(queryName: "DashboardModelsQuery")
  @argumentDefinitions(
    count: { type: "Int", defaultValue: 10 }
    cursor: { type: "String" }
    filter: { type: "ModelFilter" }
  ) {
    models(first: $count, after: $cursor, filter: $filter) @connection(key: "Dashboard_models", filters: ["filter"]) {
      __id
      totalCount
      edges {
        node {
          id
          ...Dashboard_model
        }
      }
    }
  }
`;

export const modelFragment = graphql`
  fragment Dashboard_model on Model @refetchable(queryName: "DashboardModelQuery") {
    id
    name
    desc
    modelFiles {
      name
      required
      maxMb
    }
  }
`;

export const versionsFragment = graphql`
  fragment Dashboard_versions on Model
  @refetchable(queryName: "DashboardVersionsQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" }) {
    versions(last: $count, before: $cursor) @connection(key: "Dashboard_versions") {
      __id
      edges {
        node {
          id
          ...Dashboard_lineage
        }
      }
    }
  }
`;

export const lineageFragment = graphql`
  fragment Dashboard_lineage on ModelVersionInfo {
    name
    details
    train {
      name
      takenAt
      status
      live {
        id
        task {
          state
          progress
        }
      }
      bvers {
        ...Dashboard_build
      }
    }
  }
`;

export const buildFragment = graphql`
  fragment Dashboard_build on BuildVersionInfo {
    tag
    dockerId
    proj {
      name
    }
  }
`;

export const recordFragment = graphql`
  fragment Dashboard_record on StoredRecord {
    createdAt
    createdBy
    ... on Project {
      ...Dashboard_project @alias(as: "project")
    }
    ... on Training {
      proj {
        id
      }
    }
  }
`;

export const projectFragment = graphql`
  fragment Dashboard_project on Project @refetchable(queryName: "DashboardProjectQuery") {
    name
    models {
      id
      name
    }
  }
`;

export const nodeQuery = graphql`
  query DashboardNodeQuery($id: ID!) {
    node(id: $id) @required(action: THROW) {
      __typename
      id
      ...Dashboard_record @alias(as: "record")
    }
  }
`;

export const createModelMutation = graphql`
  mutation DashboardCreateModelMutation($input: CreateModelInput!, $connections: [ID!]!) {
    createModel(input: $input) @appendNode(connections: $connections, edgeTypeName: "ModelEdge") {
      id
      ...Dashboard_model
    }
  }
`;

export const updateModelMutation = graphql`
  mutation DashboardUpdateModelMutation($input: UpdateModelInput!) @raw_response_type {
    updateModel(input: $input) {
      id
      ...Dashboard_model
    }
  }
`;

export const deleteModelMutation = graphql`
  mutation DashboardDeleteModelMutation($input: DeleteModelInput!, $connections: [ID!]!) {
    deleteModel(input: $input) {
      done
      id @deleteEdge(connections: $connections) @deleteRecord
    }
  }
`;

export const startTrainingMutation = graphql`
  mutation DashboardStartTrainingMutation($input: StartTrainingInput!, $connections: [ID!]!) {
    startTraining(input: $input) @prependNode(connections: $connections, edgeTypeName: "TrainingEdge") {
      id
      name
      task {
        state
      }
    }
  }
`;

export const changesSubscription = graphql`
  subscription DashboardChangesSubscription($proj: String!, $after: String) {
    recordChanged(types: [MODEL, TRAINING], proj: $proj, after: $after) {
      action
      cursor
      recordId
      record {
        __typename
        id
        ...Dashboard_record @alias(as: "record")
      }
    }
  }
`;

export const taskSubscription = graphql`
  subscription DashboardTaskSubscription($of: ID!) {
    taskChanged(of: $of) {
      ended
      task {
        state
        progress
      }
      record {
        id
      }
    }
  }
`;
