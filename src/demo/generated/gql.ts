/* eslint-disable */
import * as types from './graphql.js';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "mutation CreateModel($input: CreateModelInput!) {\n  createModel(input: $input) {\n    id\n    name\n    dataFiles {\n      name\n      required\n      maxMb\n    }\n    modelFiles {\n      name\n      required\n      maxMb\n    }\n  }\n}": typeof types.CreateModelDocument,
    "mutation CreateDataset($input: CreateDatasetInput!) {\n  createDataset(input: $input) {\n    id\n    name\n    state\n    model {\n      name\n    }\n    files {\n      name\n      size\n      sha256\n    }\n    uploads {\n      name\n      url\n      expiresAt\n    }\n  }\n}": typeof types.CreateDatasetDocument,
    "mutation CreateProject($input: CreateProjectInput!) {\n  createProject(input: $input) {\n    id\n    name\n    homeDir\n    models {\n      name\n    }\n  }\n}": typeof types.CreateProjectDocument,
    "mutation BuildProject($input: BuildProjectInput!) {\n  buildProject(input: $input) {\n    id\n    task {\n      state\n    }\n  }\n}": typeof types.BuildProjectDocument,
    "subscription Watch($proj: String!) {\n  taskChanged(proj: $proj) {\n    type\n    recordId\n    task {\n      state\n      progress\n      error\n    }\n    replicas {\n      slot\n      state\n      ready\n    }\n  }\n}": typeof types.WatchDocument,
    "query FollowBuild($proj: String!, $tag: String!) {\n  builds(first: 1, filter: {proj: {eq: $proj}, tag: {eq: $tag}}) {\n    nodes {\n      id\n      task {\n        state\n        progress\n        error\n      }\n    }\n  }\n  buildVersion(proj: $proj, tag: $tag) {\n    id\n    dockerId\n    builtAt\n    builtFrom\n  }\n}": typeof types.FollowBuildDocument,
    "mutation StartTraining($input: StartTrainingInput!) {\n  startTraining(input: $input) {\n    id\n    name\n    task {\n      state\n    }\n  }\n}": typeof types.StartTrainingDocument,
    "query FollowTraining($proj: String!) {\n  trainings(first: 1, filter: {proj: {eq: $proj}}) {\n    nodes {\n      name\n      task {\n        state\n        progress\n        error\n      }\n      movers(first: 5) {\n        nodes {\n          name\n          state\n          details\n          files {\n            name\n            size\n          }\n        }\n      }\n    }\n  }\n}": typeof types.FollowTrainingDocument,
    "mutation Deploy($input: DeployInput!) {\n  deploy(input: $input) {\n    id\n    name\n    replicas\n    movers {\n      name\n    }\n  }\n}": typeof types.DeployDocument,
    "query FollowDeployment($proj: String!, $name: String!) {\n  deployment(proj: $proj, name: $name) {\n    revision\n    availability\n    tasks {\n      slot\n      state\n      ready\n      error\n    }\n  }\n}": typeof types.FollowDeploymentDocument,
    "query Lineage($proj: String!, $name: String!) {\n  deployment(proj: $proj, name: $name) {\n    name\n    proj {\n      name\n    }\n    bvers {\n      tag\n      dockerId\n      status\n      live {\n        dockerId\n      }\n    }\n    movers {\n      name\n      model {\n        name\n      }\n      ds {\n        name\n        files {\n          name\n          sha256\n        }\n      }\n      train {\n        name\n        takenAt\n        bvers {\n          tag\n          dockerId\n          gitVersion\n          status\n          drift {\n            path\n            frozen\n            now\n          }\n        }\n      }\n    }\n  }\n}": typeof types.LineageDocument,
};
const documents: Documents = {
    "mutation CreateModel($input: CreateModelInput!) {\n  createModel(input: $input) {\n    id\n    name\n    dataFiles {\n      name\n      required\n      maxMb\n    }\n    modelFiles {\n      name\n      required\n      maxMb\n    }\n  }\n}": types.CreateModelDocument,
    "mutation CreateDataset($input: CreateDatasetInput!) {\n  createDataset(input: $input) {\n    id\n    name\n    state\n    model {\n      name\n    }\n    files {\n      name\n      size\n      sha256\n    }\n    uploads {\n      name\n      url\n      expiresAt\n    }\n  }\n}": types.CreateDatasetDocument,
    "mutation CreateProject($input: CreateProjectInput!) {\n  createProject(input: $input) {\n    id\n    name\n    homeDir\n    models {\n      name\n    }\n  }\n}": types.CreateProjectDocument,
    "mutation BuildProject($input: BuildProjectInput!) {\n  buildProject(input: $input) {\n    id\n    task {\n      state\n    }\n  }\n}": types.BuildProjectDocument,
    "subscription Watch($proj: String!) {\n  taskChanged(proj: $proj) {\n    type\n    recordId\n    task {\n      state\n      progress\n      error\n    }\n    replicas {\n      slot\n      state\n      ready\n    }\n  }\n}": types.WatchDocument,
    "query FollowBuild($proj: String!, $tag: String!) {\n  builds(first: 1, filter: {proj: {eq: $proj}, tag: {eq: $tag}}) {\n    nodes {\n      id\n      task {\n        state\n        progress\n        error\n      }\n    }\n  }\n  buildVersion(proj: $proj, tag: $tag) {\n    id\n    dockerId\n    builtAt\n    builtFrom\n  }\n}": types.FollowBuildDocument,
    "mutation StartTraining($input: StartTrainingInput!) {\n  startTraining(input: $input) {\n    id\n    name\n    task {\n      state\n    }\n  }\n}": types.StartTrainingDocument,
    "query FollowTraining($proj: String!) {\n  trainings(first: 1, filter: {proj: {eq: $proj}}) {\n    nodes {\n      name\n      task {\n        state\n        progress\n        error\n      }\n      movers(first: 5) {\n        nodes {\n          name\n          state\n          details\n          files {\n            name\n            size\n          }\n        }\n      }\n    }\n  }\n}": types.FollowTrainingDocument,
    "mutation Deploy($input: DeployInput!) {\n  deploy(input: $input) {\n    id\n    name\n    replicas\n    movers {\n      name\n    }\n  }\n}": types.DeployDocument,
    "query FollowDeployment($proj: String!, $name: String!) {\n  deployment(proj: $proj, name: $name) {\n    revision\n    availability\n    tasks {\n      slot\n      state\n      ready\n      error\n    }\n  }\n}": types.FollowDeploymentDocument,
    "query Lineage($proj: String!, $name: String!) {\n  deployment(proj: $proj, name: $name) {\n    name\n    proj {\n      name\n    }\n    bvers {\n      tag\n      dockerId\n      status\n      live {\n        dockerId\n      }\n    }\n    movers {\n      name\n      model {\n        name\n      }\n      ds {\n        name\n        files {\n          name\n          sha256\n        }\n      }\n      train {\n        name\n        takenAt\n        bvers {\n          tag\n          dockerId\n          gitVersion\n          status\n          drift {\n            path\n            frozen\n            now\n          }\n        }\n      }\n    }\n  }\n}": types.LineageDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation CreateModel($input: CreateModelInput!) {\n  createModel(input: $input) {\n    id\n    name\n    dataFiles {\n      name\n      required\n      maxMb\n    }\n    modelFiles {\n      name\n      required\n      maxMb\n    }\n  }\n}"): typeof import('./graphql.js').CreateModelDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation CreateDataset($input: CreateDatasetInput!) {\n  createDataset(input: $input) {\n    id\n    name\n    state\n    model {\n      name\n    }\n    files {\n      name\n      size\n      sha256\n    }\n    uploads {\n      name\n      url\n      expiresAt\n    }\n  }\n}"): typeof import('./graphql.js').CreateDatasetDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation CreateProject($input: CreateProjectInput!) {\n  createProject(input: $input) {\n    id\n    name\n    homeDir\n    models {\n      name\n    }\n  }\n}"): typeof import('./graphql.js').CreateProjectDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation BuildProject($input: BuildProjectInput!) {\n  buildProject(input: $input) {\n    id\n    task {\n      state\n    }\n  }\n}"): typeof import('./graphql.js').BuildProjectDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "subscription Watch($proj: String!) {\n  taskChanged(proj: $proj) {\n    type\n    recordId\n    task {\n      state\n      progress\n      error\n    }\n    replicas {\n      slot\n      state\n      ready\n    }\n  }\n}"): typeof import('./graphql.js').WatchDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query FollowBuild($proj: String!, $tag: String!) {\n  builds(first: 1, filter: {proj: {eq: $proj}, tag: {eq: $tag}}) {\n    nodes {\n      id\n      task {\n        state\n        progress\n        error\n      }\n    }\n  }\n  buildVersion(proj: $proj, tag: $tag) {\n    id\n    dockerId\n    builtAt\n    builtFrom\n  }\n}"): typeof import('./graphql.js').FollowBuildDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation StartTraining($input: StartTrainingInput!) {\n  startTraining(input: $input) {\n    id\n    name\n    task {\n      state\n    }\n  }\n}"): typeof import('./graphql.js').StartTrainingDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query FollowTraining($proj: String!) {\n  trainings(first: 1, filter: {proj: {eq: $proj}}) {\n    nodes {\n      name\n      task {\n        state\n        progress\n        error\n      }\n      movers(first: 5) {\n        nodes {\n          name\n          state\n          details\n          files {\n            name\n            size\n          }\n        }\n      }\n    }\n  }\n}"): typeof import('./graphql.js').FollowTrainingDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation Deploy($input: DeployInput!) {\n  deploy(input: $input) {\n    id\n    name\n    replicas\n    movers {\n      name\n    }\n  }\n}"): typeof import('./graphql.js').DeployDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query FollowDeployment($proj: String!, $name: String!) {\n  deployment(proj: $proj, name: $name) {\n    revision\n    availability\n    tasks {\n      slot\n      state\n      ready\n      error\n    }\n  }\n}"): typeof import('./graphql.js').FollowDeploymentDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Lineage($proj: String!, $name: String!) {\n  deployment(proj: $proj, name: $name) {\n    name\n    proj {\n      name\n    }\n    bvers {\n      tag\n      dockerId\n      status\n      live {\n        dockerId\n      }\n    }\n    movers {\n      name\n      model {\n        name\n      }\n      ds {\n        name\n        files {\n          name\n          sha256\n        }\n      }\n      train {\n        name\n        takenAt\n        bvers {\n          tag\n          dockerId\n          gitVersion\n          status\n          drift {\n            path\n            frozen\n            now\n          }\n        }\n      }\n    }\n  }\n}"): typeof import('./graphql.js').LineageDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
