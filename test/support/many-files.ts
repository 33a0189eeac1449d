import { announced, send } from "./exchange.js";
import type { TestApp } from "./open-test-app.js";

const MOST_AT_ONCE = 250;
const HOLDER = /* GraphQL */ `
  id
  state
  manifest { count bytes sha256 complete }
  uploads { name url }
`;
const CREATE = `mutation ($input: CreateDatasetInput!) { createDataset(input: $input) { ${HOLDER} name } }`;
const ADD = `mutation ($input: AddFilesInput!) { addFiles(input: $input) { ${HOLDER} } }`;
const UPLOADS = `query ($id: ID!) { node(id: $id) { ... on FileHolder { state uploads { url } } } }`;

export const CONTENT = "the same in all";

/** As many files in folders, out of order. */
export const manyFiles = (count: number, folder = "part") =>
  Array.from({ length: count }, (_, index) => announced(`${folder}-${index % 7}/${index}.bin`, CONTENT));

/** A dataset whose manifest is not complete. */
export async function openDataset(app: TestApp, input: object = {}) {
  const model = "model" in input ? input.model : (await app.seed.model()).name;
  const { data, errors } = await app.execute(CREATE, { input: { model, moreFiles: true, ...input } });
  if (errors) throw new Error(errors[0]?.message);
  const { id, name } = data.createDataset;
  const add = (files: readonly object[], more: object = {}) => app.execute(ADD, { input: { id, files, ...more } });
  return { id: id as string, model: model as string, name: name as string, made: data.createDataset, add };
}

/** A READY dataset of that many files, whose manifest is in a list of its own. */
export async function largeDataset(app: TestApp, count: number, input: object = {}) {
  const opened = await openDataset(app, input);
  const files = manyFiles(count);
  for (let at = 0; at < count; at += MOST_AT_ONCE)
    await opened.add(files.slice(at, at + MOST_AT_ONCE), { complete: at + MOST_AT_ONCE >= count });
  for (;;) {
    const { data } = await app.execute(UPLOADS, { id: opened.id });
    if (data.node.state === "READY") return { ...opened, files };
    const [first, ...others] = data.node.uploads as { url: string }[];
    await send(app, first!.url, CONTENT);
    await Promise.all(others.map(({ url }) => send(app, url, CONTENT)));
  }
}
