import { calculateObjectSize } from "bson";
import { expect, test } from "vitest";
import { openTestApp, type TestApp } from "./support/open-test-app.js";

const LENGTH = 30;

async function chain(app: TestApp): Promise<{ model: string; ids: string[] }> {
  const { name: model } = await app.seed.model();
  const ids: string[] = [];
  for (let link = 0; link < LENGTH; link += 1) {
    const pretrained = link > 0 ? { model, name: `v${link - 1}` } : null;
    ids.push((await app.seed.modelVersion({ model, name: `v${link}`, pretrained })).id);
  }
  return { model, ids };
}

test("a chain of thirty versions stays small and reads link by link at any position", async () => {
  await using app = await openTestApp();
  const { model, ids } = await chain(app);

  const stored = await app.app.store.modelVersions.collection.find({ _id: { $in: ids } } as object).toArray();
  const sizes = stored.map((each) => calculateObjectSize(each));
  expect(Math.max(...sizes)).toBeLessThan(2 * (sizes[2] ?? 0));

  const position = `query ($name: String!, $model: String!) { modelVersion(model: $model, name: $name) { pretrained { name pretrained { name status } } } }`;
  for (const link of [29, 17, 2]) {
    const { data } = await app.execute(position, { model, name: `v${link}` });
    expect(data.modelVersion.pretrained).toEqual({
      name: `v${link - 1}`,
      pretrained: { name: `v${link - 2}`, status: "IDENTICAL" },
    });
  }
});

test("a chain reads thirty deep, one call a link", async () => {
  await using app = await openTestApp();
  const { model } = await chain(app);
  const nested = Array.from({ length: LENGTH - 1 }).reduce<string>((inner) => `name pretrained { ${inner} }`, "name");
  const query = `{ modelVersion(model: "${model}", name: "v${LENGTH - 1}") { ${nested} } }`;

  const { data, commands } = await app.watched(query);

  const names: string[] = [];
  for (let link = data.modelVersion; link; link = link.pretrained) names.push(link.name);
  expect(names).toEqual(Array.from({ length: LENGTH }, (_, link) => `v${LENGTH - 1 - link}`));
  expect(commands).toHaveLength(LENGTH - 1);
});
