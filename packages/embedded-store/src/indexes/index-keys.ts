import { NULL_VALUE, UNDEFINED_VALUE, elementsOf, fieldOf, isEmpty, type Value } from "../bson/value.js";
import { CommandError } from "../command-error.js";
import { elementAt, type FieldPath } from "../query/field-path.js";

/** One field of a key while it is being found: how far the walk is, and what remains of the path. */
interface Head {
  readonly value: Value | undefined;
  readonly at: number;
  readonly isDone: boolean;
}

export interface IndexKeys {
  readonly keys: Value[][];
  /** Which fields lead through or to an array. */
  readonly multikey: boolean[];
  /** False where no field of the key exists in the document. */
  readonly present: boolean;
}

/**
 * The keys of a document under the paths of an index or a sort: one for each element of an array on the way.
 * @throws CommandError for two different arrays in one key.
 */
export function indexKeysOf(document: Value, paths: readonly FieldPath[]): IndexKeys {
  const found: IndexKeys & { present: boolean } = { keys: [], multikey: paths.map(() => false), present: false };
  expand(
    paths.map(() => ({ value: document, at: 0, isDone: false })),
    paths,
    found,
  );
  return found;
}

function expand(heads: readonly Head[], paths: readonly FieldPath[], found: IndexKeys & { present: boolean }): void {
  const advanced = heads.map((head, field) => advance(head, paths[field]!));
  const waiting = advanced.flatMap((head, field) => (isWaiting(head) ? [field] : []));
  const array = waiting.length > 0 ? advanced[waiting[0]!]!.value! : undefined;
  if (!array) {
    if (advanced.some(({ value }) => value !== undefined)) found.present = true;
    found.keys.push(advanced.map(({ value }) => value ?? NULL_VALUE));
    return;
  }
  if (waiting.some((field) => advanced[field]!.value!.start !== array.start)) {
    throw new CommandError(
      "CannotIndexParallelArrays",
      `cannot index parallel arrays [${paths[waiting[1]!]!.text}] [${paths[waiting[0]!]!.text}]`,
    );
  }
  for (const field of waiting) found.multikey[field] = true;
  found.present = true;
  const elements: readonly (Value | undefined)[] = isEmpty(array) ? [undefined] : elementsOf(array);
  for (const element of elements) {
    expand(
      advanced.map((head, field) => (waiting.includes(field) ? enter(head, paths[field]!, element) : head)),
      paths,
      found,
    );
  }
}

const isWaiting = ({ value, isDone }: Head): boolean => !isDone && value?.isArray === true;

/** Walks to the end of the path or to the first array that has to be taken apart. */
function advance(head: Head, { segments }: FieldPath): Head {
  if (head.isDone) return head;
  let { value, at } = head;
  while (value && at < segments.length) {
    const segment = segments[at]!;
    if (value.isArray) {
      const element = segment.index >= 0 ? elementAt(value, segment.index) : undefined;
      if (!element) return { value, at, isDone: false };
      value = element;
    } else {
      value = value.isObject ? fieldOf(value, segment.name) : undefined;
    }
    at += 1;
  }
  return { value, at, isDone: !value?.isArray };
}

function enter({ at }: Head, { segments }: FieldPath, element: Value | undefined): Head {
  const isLeaf = at === segments.length;
  if (isLeaf) return { value: element ?? UNDEFINED_VALUE, at, isDone: true };
  return { value: element?.isObject ? element : undefined, at, isDone: !element?.isObject };
}
