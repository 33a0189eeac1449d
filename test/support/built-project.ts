import { type BuildVersion, BuiltFrom } from "../../src/builds/build-version.js";
import { ROCAS } from "../../src/caller.js";
import { keyOf, newId } from "../../src/graph/id.js";
import { systemIntent } from "../../src/store/idempotency.js";
import { insertRecord } from "../../src/store/insert-record.js";
import type { TestApp } from "./open-test-app.js";

type Commit = Partial<Pick<BuildVersion, "git_version" | "git_dirty">>;

export const imageId = (digit: string): string => `sha256:${digit.repeat(64)}`;

/** A project with one model and a build version `latest`, as a build leaves it. */
export async function builtProject(
  { app, seed }: Pick<TestApp, "app" | "seed">,
  docker_id = imageId("1"),
  tag = "latest",
  commit: Commit = {},
) {
  const model = await seed.model({ dataFiles: [{ name: "measures.csv", required: true }] });
  const proj = await seed.project({ models: [model.name] });
  await buildAgain(app, proj, docker_id, tag, commit);
  return { proj, model };
}

export const buildAgain = (
  { store }: Pick<TestApp["app"], "store">,
  proj: { id: string; name: string },
  docker_id: string,
  tag = "latest",
  commit: Commit = {},
) =>
  insertRecord(
    store.buildVersions,
    {
      _id: newId("bvers"),
      key: keyOf(proj.name, tag),
      tag,
      docker_id,
      git_version: null,
      git_dirty: null,
      ...commit,
      built_at: new Date(),
      built_from: BuiltFrom.LOCAL,
      proj: proj.id,
    },
    systemIntent(ROCAS),
    "next",
  );
