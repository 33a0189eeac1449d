const operations = import.meta.glob<string>("./story/*.graphql", { query: "?raw", import: "default", eager: true });
const variables = import.meta.glob<string>("./story/*.json", { query: "?raw", import: "default", eager: true });

/** The name in the text of the story. */
const NAME = /\biris-story\b/g;
const ADDRESS = "http://127.0.0.1:4000";

/** Says where projects run, by runtime. */
const RUNS_IN: Readonly<Record<string, string>> = {
  process: `# This server runs projects as local processes:
# without isolation, with the rights of the user
# who started it. Run your own, and none of
# strangers. Docker adds isolation: see
# docs/processes.md.
`,
  docker: `# This server runs projects in containers of
# Docker, apart from its machine.
`,
};
const PLACE = "# The tabs to the right";

/**
 * Returns the tabs of a first visit, in the order of their files. Each reader gets other names, so that stories do not
 * meet.
 */
export function storyOf(address: string, ownName: string, runsIn = "") {
  const about = RUNS_IN[runsIn];
  const filledIn = (text: string) =>
    text
      .replaceAll(NAME, ownName)
      .replaceAll(ADDRESS, address)
      .replace(PLACE, about ? `${about}#\n${PLACE}` : PLACE);
  return Object.keys(operations)
    .sort()
    .map((file) => {
      const values = variables[file.replace(/\.graphql$/, ".json")];
      return { query: filledIn(operations[file]!), variables: values ? filledIn(values) : null };
    });
}

/** Returns a name for one reader's story. */
export const storyName = (): string => `iris-${Math.random().toString(36).slice(2, 6).padEnd(4, "0")}`;
