import { readFile } from "node:fs/promises";
import { composeServices as composeByApollo } from "@apollo/composition";
import { composeServices as composeByGuild } from "@theguild/federation-composition";
import { federateSubgraphs } from "@wundergraph/composition";
import { parse, print } from "graphql";

export interface Subgraph {
  readonly name: string;
  readonly url: string;
  readonly sdl: string;
}

export interface Composed {
  readonly supergraph: string | undefined;
  /** Codes with their sentences. */
  readonly errors: readonly string[];
  readonly hints: readonly string[];
}

type Compose = (subgraphs: readonly Subgraph[]) => Composed;

const told = ({ message, extensions }: { message: string; extensions?: Record<string, unknown> }): string =>
  `${String(extensions?.["code"])}: ${message}`;

const parsed = (subgraphs: readonly Subgraph[]) =>
  subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) }));

export const composers: Record<string, Compose> = {
  "@apollo/composition": (subgraphs) => {
    const { errors = [], hints = [], supergraphSdl } = composeByApollo(parsed(subgraphs));
    const hinted = hints.map(({ definition, message }) => `${definition.code}: ${message}`);
    return { supergraph: supergraphSdl, errors: errors.map(told), hints: hinted };
  },
  "@theguild/federation-composition": (subgraphs) => {
    const { errors = [], supergraphSdl } = composeByGuild(parsed(subgraphs));
    return { supergraph: supergraphSdl, errors: errors.map(told), hints: [] };
  },
  "@wundergraph/composition": (subgraphs) => {
    const composed = federateSubgraphs({
      subgraphs: subgraphs.map(({ name, url, sdl }) => ({ name, url, definitions: parse(sdl) })),
    });
    const hints = composed.warnings.map(({ message }) => message);
    if (!composed.success)
      return { supergraph: undefined, errors: composed.errors.map(({ message }) => message), hints };
    // What clients see: Cosmo's router knows the subgraphs by other means than a supergraph's directives.
    return { supergraph: print(composed.federatedGraphAST), errors: [], hints };
  },
};

/** What Rocas publishes: a test of its own keeps the file true. */
export const rocas = async (url = "http://rocas.test/graphql"): Promise<Subgraph> => ({
  name: "rocas",
  url,
  sdl: await readFile("schema.graphql", "utf8"),
});

/** A subgraph of another team, out of `subgraphs/`. */
export const foreign = async (name: string, url = `http://${name}.test/graphql`): Promise<Subgraph> => ({
  name,
  url,
  sdl: await readFile(`suites/federation/subgraphs/${name}.graphql`, "utf8"),
});
