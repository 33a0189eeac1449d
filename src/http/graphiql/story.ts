const operations = import.meta.glob<string>("./story/*.graphql", { query: "?raw", import: "default", eager: true });
const variables = import.meta.glob<string>("./story/*.json", { query: "?raw", import: "default", eager: true });

/** The tabs of a first visit, in the order of their files' names. */
export const story = Object.keys(operations)
  .sort()
  .map((file) => ({ query: operations[file]!, variables: variables[file.replace(/\.graphql$/, ".json")] ?? null }));
