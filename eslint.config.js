import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["**/dist/", "node_modules/", ".rocas/", "src/demo/generated/"] },
  ...tseslint.configs.strict,
  {
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-extraneous-class": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      // Only the wrapper may name dockerode: it puts names into URL paths unescaped.
      "no-restricted-imports": [
        "error",
        { paths: [{ name: "dockerode", message: "Go through src/runtime/docker/." }] },
      ],
    },
  },
  {
    files: ["src/runtime/docker/**", "test/docker/**", "test/contracts/**"],
    rules: { "no-restricted-imports": "off" },
  },
);
