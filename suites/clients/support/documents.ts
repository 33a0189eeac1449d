/** What the clients of GraphQL documents ask: models page by page, a new one, and the changes of them. */
export const PAGE = /* GraphQL */ `
  query Page($first: Int, $after: String, $last: Int, $before: String) {
    models(first: $first, after: $after, last: $last, before: $before) {
      edges {
        cursor
        node {
          id
          name
        }
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
`;
export const CREATE = /* GraphQL */ `
  mutation Create($input: CreateModelInput!) {
    createModel(input: $input) {
      id
      name
    }
  }
`;
export const HEAR = /* GraphQL */ `
  subscription Hear {
    recordChanged(types: [MODEL]) {
      action
      record {
        ... on Model {
          id
          name
        }
      }
    }
  }
`;
