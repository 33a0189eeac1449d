import { expect, test } from "vitest";
import { openTestApp, type TestApp } from "./support/open-test-app.js";
import type { Answer } from "./support/told.js";

const STAYING = 20;
const PAGE = /* GraphQL */ `
  query Page($orderBy: [ProjectOrder!], $first: Int, $after: String, $last: Int, $before: String) {
    projects(
      filter: { desc: { startsWith: "a" } }
      orderBy: $orderBy
      first: $first
      after: $after
      last: $last
      before: $before
    ) {
      nodes {
        name
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

const padded = (number: number): string => String(number).padStart(3, "0");

async function withProjects(app: TestApp): Promise<string[]> {
  const names = Array.from({ length: STAYING }, (_, number) => `p${padded(number)}-stays`);
  for (const [number, name] of names.entries()) {
    await app.seed.project({ name, desc: "a" });
    await app.seed.project({ name: `p${padded(number)}-goes`, desc: "a" });
  }
  return names;
}

/** Inserts, changes and deletes here and there in the order: before, at and behind the walk. */
async function disturb(app: TestApp, count: number): Promise<void> {
  const number = padded((count * 37) % STAYING);
  await app.seed.project({ name: `p${number}-comes${count}`, desc: "a" });
  await app.seed.mutate("updateProject", "UpdateProjectInput", { name: `p${number}-stays`, desc: `a${count}` });
  await app.seed.mutate("deleteProject", "DeleteProjectInput", { name: `p${number}-goes` }, "done");
}

/** All pages, while each is read among others' writes. */
async function walked(app: TestApp, orderBy: object[] | null, backward: boolean): Promise<string[]> {
  const met: string[] = [];
  let cursor: string | null = null;
  for (let count = 0; ; count += 1) {
    const page: object = backward ? { last: 4, before: cursor } : { first: 4, after: cursor };
    const [{ data }]: [Answer, unknown] = await Promise.all([
      app.execute(PAGE, { orderBy, ...page }),
      disturb(app, count),
    ]);
    const { nodes, pageInfo } = data.projects;
    met.push(...nodes.map(({ name }: { name: string }) => name));
    cursor = backward ? pageInfo.startCursor : pageInfo.endCursor;
    if (!(backward ? pageInfo.hasPreviousPage : pageInfo.hasNextPage)) return met;
  }
}

test.each([
  ["the newest first", null, false],
  ["the newest first, from the end", null, true],
  ["by name", [{ field: "NAME" }], false],
  ["by name, from the end", [{ field: "NAME" }], true],
  ["by a field without an index and by name", [{ field: "CREATED_AT", direction: "DESC" }, { field: "NAME" }], false],
])(
  "a walk %s under inserts, changes and deletions meets once each what was there throughout",
  async (_, orderBy, backward) => {
    await using app = await openTestApp();
    const staying = await withProjects(app);

    const met = await walked(app, orderBy, backward);

    expect(new Set(met).size).toBe(met.length);
    expect(met.filter((name) => name.endsWith("stays")).sort()).toEqual(staying);
  },
  120_000,
);
