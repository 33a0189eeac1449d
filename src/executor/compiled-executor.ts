import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  type GraphQLSchema,
  GraphQLSkipDirective,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  visit,
} from "graphql";
import { LRUCache } from "lru-cache";
import { Execution } from "./execution.js";
import { Planner, type SelectionPlan } from "./plan.js";
import { SelectedFields } from "./selected-fields.js";
import { writeAnswer, type WrittenAnswer } from "./write-answer.js";

/** A query, a mutation or the event of a subscription. */
export interface ExecutableOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** As their types say. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/** An operation whose selections are known. */
export interface PreparedOperation {
  /** The stored fields that the answer takes, for the loaders of its context. */
  readonly fields: SelectedFields;
  /** Executes it; never rejects for an error of a field. */
  run(context: unknown, rootValue?: unknown): Promise<WrittenAnswer>;
}

/** A compiled operation for certain values of the variables in `@skip` and `@include`. */
interface Compiled {
  readonly planner: Planner;
  readonly plan: SelectionPlan;
  readonly fields: SelectedFields;
  /** The bytes of the last answer: the next one mostly has about as many. */
  size: number;
}

/** The parts of an operation that hold for all values of its variables. */
interface KnownOperation {
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  /** The variables in `@skip` and `@include`. */
  readonly conditions: readonly string[];
  readonly compiled: LRUCache<string, Compiled>;
}

/** The compiled forms of one operation: a hostile client could ask for all values of fifty conditions. */
const MAX_FORMS = 8;

/** The bytes of most small answers. */
const FIRST_SIZE = 2_048;

/**
 * Executes operations as graphql-js does, by a plan that is compiled once. It reads only the stored fields that an answer
 * takes, asks for the records of a level together, and writes stored values from the store's bytes to JSON.
 */
export class CompiledExecutor {
  private readonly known = new WeakMap<OperationDefinitionNode, KnownOperation>();

  constructor(private readonly schema: GraphQLSchema) {}

  prepare({ document, operation, variables }: ExecutableOperation): PreparedOperation {
    const { schema } = this;
    const known = this.known.get(operation) ?? knownOperation(document, operation);
    this.known.set(operation, known);
    const compiled = this.compiled(known, operation, variables);
    const { planner, plan, fields } = compiled;
    const isSerial = operation.operation === OperationTypeNode.MUTATION;
    return {
      fields,
      async run(context, rootValue) {
        const { fragments } = known;
        const input = { schema, operation, fragments, variables, context, rootValue };
        const execution = new Execution(input, planner);
        const answer = writeAnswer(await execution.run(plan, isSerial), execution.places, compiled.size);
        compiled.size = answer.json.length + 128;
        return answer;
      },
    };
  }

  private compiled(
    { conditions, fragments, compiled }: KnownOperation,
    operation: OperationDefinitionNode,
    variables: Readonly<Record<string, unknown>>,
  ): Compiled {
    const form = conditions.map((name) => String(variables[name])).join();
    const before = compiled.get(form);
    if (before) return before;
    const planner = new Planner(this.schema, fragments, variables);
    const plan = planner.ofOperation(operation);
    const made = { planner, plan, fields: SelectedFields.of(this.schema, planner, plan), size: FIRST_SIZE };
    compiled.set(form, made);
    return made;
  }
}

function knownOperation(document: DocumentNode, operation: OperationDefinitionNode): KnownOperation {
  const fragments = document.definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION);
  return {
    fragments: Object.fromEntries(fragments.map((each) => [each.name.value, each])),
    conditions: [...new Set([operation, ...fragments].flatMap(conditionsIn))],
    compiled: new LRUCache({ max: MAX_FORMS }),
  };
}

/** Returns the variables in `@skip` and `@include`. */
function conditionsIn(definition: OperationDefinitionNode | FragmentDefinitionNode): string[] {
  const names: string[] = [];
  visit(definition, {
    Directive({ name, arguments: given = [] }) {
      if (name.value !== GraphQLSkipDirective.name && name.value !== GraphQLIncludeDirective.name) return;
      for (const { value } of given) if (value.kind === Kind.VARIABLE) names.push(value.name.value);
    },
  });
  return names;
}
