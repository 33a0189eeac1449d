import { getNullableType, type GraphQLInputType, isEnumType, isInputObjectType, isListType } from "graphql";

/** Stands inside of what must be refused: no answer, no log and no record ever shows it. */
export const CANARY = "CANARY7f3a";

/** JSON text that `JSON.stringify` cannot write, put into the body as it is. */
export class Raw {
  constructor(readonly json: string) {}
}

const raw = (json: string): Raw => new Raw(json);
const nested = (open: string, close: string, depth: number): Raw => raw(`${open.repeat(depth)}1${close.repeat(depth)}`);

/** Texts that mean something to whoever handles text carelessly. */
export const TEXTS: readonly string[] = [
  `${CANARY}\u0000`,
  `a\u202E${CANARY}`,
  `${CANARY}\uD800`,
  `\uDC00${CANARY}`,
  `${CANARY}e\u0301`,
  `../../${CANARY}`,
  `/etc/passwd/${CANARY}`,
  `C:\\${CANARY}`,
  `%2e%2e%2f${CANARY}`,
  `$where:${CANARY}`,
  `{"$ne":"${CANARY}"}`,
  `'||'${CANARY}'=='`,
  `(${CANARY}+)+$`,
  `<script>${CANARY}</script>`,
  `-${CANARY}`,
  `--upload-pack=${CANARY}`,
  `ext::sh -c ${CANARY}`,
  `file:///${CANARY}`,
  `http://169.254.169.254/${CANARY}`,
  `https://user:${CANARY}@git.example/a.git`,
  `a;touch ${CANARY}`,
  `$(touch ${CANARY})`,
  `\`touch ${CANARY}\``,
  `a\r\nSet-Cookie: ${CANARY}`,
  `flora\u001f${CANARY}`,
  `${CANARY}\u001b[31m`,
  `${CANARY}/../${CANARY}`,
  `${CANARY}:${CANARY}@${CANARY}`,
  `.${CANARY}`,
  ` ${CANARY} `,
  `${CANARY}`.repeat(30),
  `${CANARY}`.repeat(500),
  `${CANARY}`.repeat(12_000),
  "",
  " ",
  "__proto__",
  "constructor",
  "CON",
  "..",
  "1e400",
  "9007199254740993",
  "null",
  "Ａ",
  "ä",
  "😀",
  Buffer.from(`{"$gt":"${CANARY}"}`).toString("base64url"),
  Buffer.from(`newest:model_${CANARY}`).toString("base64url"),
];

/** What is no text: operators, polluted prototypes, floods. */
export const STRUCTURES: readonly unknown[] = [
  { $ne: null },
  { $gt: CANARY },
  { $where: `sleep(5000)//${CANARY}` },
  { $expr: { $function: { body: CANARY, args: [], lang: "js" } } },
  { $regex: `(${CANARY}+)+$` },
  { $nor: [{ $where: CANARY }] },
  { $rename: { a: CANARY } },
  { _bsontype: "Code", code: CANARY },
  { [`a\u0000${CANARY}`]: 1 },
  { "": CANARY },
  { ["x".repeat(65)]: CANARY },
  { [`${CANARY}e\u0301`]: 1 },
  { a: [{ b: { $where: CANARY } }] },
  { a: `${CANARY}\uD800` },
  raw(`{"__proto__":{"polluted":"${CANARY}"}}`),
  raw(`{"constructor":{"prototype":{"polluted":"${CANARY}"}}}`),
  raw(`{"a":[{"__proto__":{"polluted":"${CANARY}"}}]}`),
  nested('{"a":', "}", 17),
  nested('{"and":[', "]}", 2_000),
  nested("[", "]", 5_000),
  nested('{"a":', "}", 20_000),
  { list: Array.from({ length: 2_001 }, () => 1) },
  { text: CANARY.repeat(7_000) },
  raw('{"a":1e400}'),
  [CANARY, [CANARY]],
  [[[[CANARY]]]],
  Array.from({ length: 251 }, () => CANARY),
  Array.from({ length: 20_000 }, () => "a"),
  [null],
];

/** Numbers and the like. */
export const BARE: readonly unknown[] = [
  null,
  true,
  12,
  -1,
  0.1,
  2 ** 31,
  raw("9007199254740993"),
  raw("1e400"),
  raw("-1e400"),
  raw("1e308"),
];

/** The value as it stands in the body of a request. */
export function jsonOf(value: unknown): string {
  if (value instanceof Raw) return value.json;
  if (Array.isArray(value)) return `[${value.map(jsonOf).join(",")}]`;
  if (typeof value === "object" && value !== null)
    return `{${Object.entries(value)
      .map(([key, each]) => `${JSON.stringify(key)}:${jsonOf(each)}`)
      .join(",")}}`;
  return JSON.stringify(value);
}

/** The value as a server reads it. */
export const read = (value: unknown): unknown => JSON.parse(jsonOf(value));

const NAME = /^[_A-Za-z]\w*$/;

/** The value as it stands in a document; null where its keys are no names, or it is JSON text. */
export function literalOf(value: unknown, type?: GraphQLInputType): string | null {
  const nullable = type && getNullableType(type);
  if (value instanceof Raw) return null;
  if (Array.isArray(value)) {
    const items = value.map((each) => literalOf(each, isListType(nullable) ? nullable.ofType : undefined));
    return items.includes(null) ? null : `[${items.join(",")}]`;
  }
  if (typeof value !== "object" || value === null)
    return isEnumType(nullable) && nullable.getValue(String(value)) ? String(value) : JSON.stringify(value);
  const fields = isInputObjectType(nullable) ? nullable.getFields() : {};
  const entries = Object.entries(value).map(([key, each]) => {
    const inside = literalOf(each, fields[key]?.type);
    return NAME.test(key) && inside !== null ? `${key}:${inside}` : null;
  });
  return entries.includes(null) ? null : `{${entries.join(",")}}`;
}
