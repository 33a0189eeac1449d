import { GraphQLError } from "graphql";
import "reflect-metadata";
import {
  Arg,
  Directive,
  Field,
  FieldResolver,
  InputType,
  Int,
  Mutation,
  ObjectType,
  Query,
  registerEnumType,
  Resolver,
  Root,
} from "type-graphql";
import { DomainError } from "../../../src/errors.js";
import { JsonObjectScalar, NameScalar } from "../../../src/graph/scalars.js";
import { buildSubgraph } from "../../../src/http/build-subgraph.js";

export enum Colour {
  RED = "RED",
  BLUE = "BLUE",
}
registerEnumType(Colour, { name: "Colour", description: "What a flower looks like." });

@ObjectType({ description: "Where a page ends." })
class PageInfo {
  @Field(() => Boolean, { description: "Whether there is more." })
  hasNextPage!: boolean;
}

@Directive('@key(fields: "name")')
@ObjectType({ description: "A plant that grows in a garden." })
class Flower {
  @Field(() => String, { description: "What it is called." })
  name!: string;

  readonly level!: number;
}

@ObjectType({ description: "A page of flowers." })
class FlowerConnection {
  @Field(() => [Flower], { description: "The flowers of the page." })
  nodes!: Flower[];

  @Field(() => PageInfo, { description: "Where the page ends." })
  pageInfo!: PageInfo;
}

@InputType({ description: "A flower to plant." })
class PlantInput {
  @Field(() => NameScalar, { description: "What it is to be called." })
  name!: string;

  @Field(() => Colour, { nullable: true, description: "What it is to look like." })
  colour?: Colour;

  @Field(() => Int, { nullable: true, description: "How many." })
  count?: number;

  @Field(() => [String], { nullable: true, description: "Other names." })
  names?: string[];

  @Field(() => JsonObjectScalar, { nullable: true, description: "Anything else." })
  details?: Record<string, unknown>;

  @Field(() => [PlantInput], { nullable: true, description: "What grows beside it." })
  beside?: PlantInput[];
}

const flower = (name: string, level = 0): Flower => ({ name, level });
const page = (count: number, level: number): FlowerConnection => ({
  nodes: Array.from({ length: Math.min(count, 3) }, (_, index) => flower(`flower-${index}`, level)),
  pageInfo: { hasNextPage: false },
});

class MongoNetworkError extends Error {
  override name = "MongoNetworkError";
}

/** What went wrong in a resolver, as libraries throw it. */
const FAILURES: Record<string, () => Error> = {
  uri: () => new Error("connect mongodb://root:CANARY@db:27017 at /srv/node_modules/x.js ECONNREFUSED"),
  network: () => new MongoNetworkError("connection 3 to 10.0.0.1:27017 CANARY closed"),
  taken: () => new DomainError("ALREADY_EXISTS", "The name is taken.", ["input", "name"]),
  stranger: () => new GraphQLError("CANARY", { extensions: { code: "WEIRD", secret: "CANARY" } }),
};

@Resolver(() => Flower)
class FlowerResolver {
  @Query(() => Flower, { nullable: true, description: "One flower." })
  flower(@Arg("name", () => String) name: string): Flower {
    return flower(name);
  }

  @Query(() => FlowerConnection, { description: "Flowers, a page of them." })
  flowers(@Arg("first", () => Int, { nullable: true }) first?: number): FlowerConnection {
    return page(first ?? 20, 0);
  }

  @Query(() => [Flower], { description: "Flowers by their names." })
  named(@Arg("names", () => [String]) names: string[]): Flower[] {
    return names.map((each) => flower(each));
  }

  @Query(() => Boolean, { description: "Fails." })
  fail(@Arg("how", () => String) how: string): boolean {
    throw FAILURES[how]!();
  }

  @Query(() => String, { description: "Whether a name has appeared on every object." })
  polluted(): string {
    return String(({} as Record<string, unknown>)["polluted"]);
  }

  @Query(() => String, { description: "Takes its time." })
  async slow(@Arg("ms", () => Int) ms: number): Promise<string> {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return "done";
  }

  @Mutation(() => Flower, { description: "Plants a flower." })
  plant(@Arg("input", () => PlantInput) input: PlantInput): Flower {
    return flower(input.name);
  }

  @FieldResolver(() => FlowerConnection, { description: "What grows beside it." })
  neighbours(@Root() { level }: Flower, @Arg("first", () => Int, { nullable: true }) first?: number): FlowerConnection {
    return page(first ?? 20, level + 1);
  }

  @FieldResolver(() => [Flower], { description: "What it comes from." })
  parents(@Root() { level }: Flower): Flower[] {
    return [flower("parent", level + 1)];
  }

  @FieldResolver(() => Flower, { description: "What it grew from." })
  seed(@Root() { level }: Flower): Flower {
    return flower("seed", level + 1);
  }
}

export const buildToySchema = () =>
  buildSubgraph(
    { resolvers: [FlowerResolver], validate: false },
    { Flower: ({ name }: { name: string }) => (name === "nowhere" ? null : flower(name)) },
  );
