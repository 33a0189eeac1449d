import tseslint from "typescript-eslint";

const LOG_CALL =
  "CallExpression[callee.property.name=/^(trace|debug|info|warn|error|fatal)$/]:matches([callee.object.name='logger'], [callee.object.property.name='logger'])";
const A_LINE = 'A log line is an event and fields, and no sentence: logger.warn({ event: "engine_away", job }).';

export default tseslint.config(
  { ignores: ["**/dist/", "node_modules/", ".rocas/", "src/demo/generated/"] },
  ...tseslint.configs.strict,
  {
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-extraneous-class": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
      "no-useless-rename": "error",
      "sort-imports": ["error", { ignoreCase: true, ignoreDeclarationSort: true }],
      "object-shorthand": ["error", "properties"],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      // Only the wrapper may name dockerode: it puts names into URL paths unescaped.
      "no-restricted-imports": [
        "error",
        { paths: [{ name: "dockerode", message: "Go through src/runtime/docker/." }] },
      ],
    },
  },
  {
    files: ["src/**", "packages/*/src/**"],
    rules: {
      "no-restricted-syntax": [
        "error",
        { selector: `${LOG_CALL}:not([arguments.length=1][arguments.0.type='ObjectExpression'])`, message: A_LINE },
        {
          selector: `${LOG_CALL} > ObjectExpression:not([properties.0.key.name='event'][properties.0.value.value=/^[a-z]+(_[a-z]+)*$/])`,
          message: A_LINE,
        },
        {
          selector: `${LOG_CALL} > ObjectExpression > Property[key.name=/^(error|e|cause|exception)$/]`,
          message: "An error is logged under `err`, which the log serializes.",
        },
      ],
    },
  },
  // CommonJS has no other way.
  { files: ["**/*.cjs"], rules: { "@typescript-eslint/no-require-imports": "off" } },
  {
    files: ["src/runtime/docker/**", "test/docker/**", "test/contracts/**"],
    rules: { "no-restricted-imports": "off" },
  },
);
