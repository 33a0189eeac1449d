import { expect, test } from "vitest";
import { builtProject } from "./support/built-project.js";
import { openTestApp } from "./support/open-test-app.js";

const START = `mutation Start($input: StartTrainingInput!) { startTraining(input: $input) { notebook } }`;

test.each([
  "Übung_1+2.ipynb",
  "01 - train (final).ipynb",
  "notebooks/2024, März/训练.ipynb",
  "(draft) @home #1.ipynb",
  "lr=0.1.ipynb",
])("a notebook may be called %s", async (notebook) => {
  await using app = await openTestApp();
  const { proj } = await builtProject(app);

  const { data } = await app.execute(START, { input: { proj: proj.name, notebook } });

  expect(data.startTraining.notebook).toBe(notebook);
});

test.each([
  ["../x.ipynb", 'a part ".."'],
  ["/etc/x.ipynb", "an empty part"],
  ["http://h/x.ipynb", '":" (U+003A)'],
  ["s3://b/x.ipynb", '":" (U+003A)'],
  ["a', params={}) or __import__('os').system('id')#.ipynb", '"\'" (U+0027)'],
  ["-x.ipynb", 'starts with "-"'],
  ["$(id).ipynb", '"$" (U+0024)'],
  ["U\u0308bung.ipynb", "is not in NFC"],
  ["train.py", "does not end in .ipynb"],
  [`${"n".repeat(250)}.ipynb`, "255"],
])("a notebook called %s is refused, and told why", async (notebook, why) => {
  await using app = await openTestApp();
  const { proj } = await builtProject(app);

  const { errors } = await app.execute(START, { input: { proj: proj.name, notebook } });

  expect(errors?.[0]?.message).toContain(why);
});
