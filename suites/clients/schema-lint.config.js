import graphql from "@graphql-eslint/eslint-plugin";
import { fileURLToPath } from "node:url";

const SCHEMA = fileURLToPath(new URL("../../schema.graphql", import.meta.url));
const FEDERATION = fileURLToPath(new URL("federation.graphql", import.meta.url));
const { "flat/schema-recommended": recommended, "flat/schema-relay": relay } = graphql.configs;

/** Values: they are read and kept with what holds them, and nothing names them from elsewhere. */
const VALUES = [
  "BuildArgument",
  "BuildUse",
  "CollectionUse",
  "ContractViolation",
  "DirectUpload",
  "Drift",
  "DriftEvent",
  "EnvVariable",
  "FileDoc",
  "FileUpload",
  "FileUse",
  "GpuUse",
  "LogPage",
  "LogPiece",
  "Manifest",
  "PageInfo",
  "ReplicaTask",
  "RequestHeader",
  "ResourceOptions",
  "ResourceProfile",
  "ResourceSet",
  "RetentionPolicy",
  "Rollout",
  "RunDefaults",
  "StorageUse",
  "StoredFile",
  "StoredFiles",
  "Task",
  "UsedChest",
  "Waiting",
];

export default [
  {
    files: ["**/*.graphql"],
    plugins: { "@graphql-eslint": graphql },
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema: [SCHEMA, FEDERATION] } },
    },
    rules: {
      ...recommended.rules,
      ...relay.rules,
      // Pages have no id by Relay's own specification; a snapshot or a change with one would be taken for its record.
      "@graphql-eslint/strict-id-in-types": [
        "error",
        { exceptions: { types: VALUES, suffixes: ["Change", "Connection", "Edge", "Snapshot"] } },
      ],
      // `nodes` beside `edges` is asked for by name, and bounded lists of values are part of a record. That whatever has
      // a page of its own comes in a connection is a test's business.
      "@graphql-eslint/relay-edge-types": ["error", { listTypeCanWrapOnlyEdgeType: false }],
    },
  },
];
