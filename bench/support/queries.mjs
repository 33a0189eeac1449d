// The queries of the works, with variables.
const LINEAGE = `query Lineage($first: Int!) {
  deployments(first: $first) {
    nodes {
      name
      proj { name models { name } }
      movers {
        name
        model { name }
        train { name bvers { tag dockerId status live { dockerId } } }
        ds { name }
      }
    }
  }
}`;

/** A page of deployments with everything behind them. */
export const lineage = (first) => ({ operationName: "Lineage", query: LINEAGE, variables: { first } });

/** The 100 best trainings of a team. */
export const best = {
  operationName: "Best",
  query: `query Best($first: Int!, $filter: TrainingFilter, $orderBy: [TrainingOrder!]) {
    trainings(first: $first, filter: $filter, orderBy: $orderBy) { nodes { id name notebook details } }
  }`,
  variables: {
    first: 100,
    filter: { details: [{ path: ["team"], eq: "vision" }] },
    orderBy: [{ details: ["accuracy"], direction: "DESC" }],
  },
};

/** One record by its natural key. */
export const one = {
  operationName: "One",
  query:
    "query One($proj: String!, $name: String!) { training(proj: $proj, name: $name) { id name notebook details } }",
  variables: { proj: "p1000", name: "train-500" },
};

/** A page of 20 out of the trainings of a project. */
export const page = (size) => ({
  operationName: "Page",
  query: `query Page($first: Int!, $proj: String!) {
    trainings(first: $first, filter: { proj: { eq: $proj } }) { nodes { id name notebook } pageInfo { hasNextPage } }
  }`,
  variables: { first: 20, proj: `p${size}` },
});

/** A change of a model. The load puts the connection and a number in: each changes a record of its own. */
export const describe = {
  operationName: "Describe",
  query: "mutation Describe($input: UpdateModelInput!) { updateModel(input: $input) { name desc } }",
  variables: { input: { name: "model-1%c%", desc: "Number %n%" } },
};

/** The same, of one model for all connections. */
export const describeOne = { ...describe, variables: { input: { name: "model-9", desc: "Number %n%" } } };
