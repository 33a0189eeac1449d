// Documents for the lineage query: one project, one model, and for each deployment a version of its own with the
// snapshots of its training, its build version and its dataset.
import { createHash } from "node:crypto";
import { keyOf } from "../../dist/graph/id.js";

const FILES = 12;
const AT = new Date("2026-01-02T03:04:05.000Z");
const hex = (text) => createHash("sha256").update(text).digest("hex");
const id = (kind, n) => `${kind}_01hzzzzzzz${String(n).padStart(16, "0")}`;
/** Returns the fields that every record has. */
export const record = (kind, n, names) => ({
  _id: id(kind, n),
  key: keyOf(...names),
  seq: 1,
  version: 1,
  superseded: false,
  deleting: false,
  created_at: AT,
  created_by: "bench",
  modified_at: AT,
});
const frozen = ({ _id, key }) => ({ _id, key, taken_at: AT });
const files = (prefix) =>
  Array.from({ length: FILES }, (_, n) => ({
    name: `${prefix}/part-${n}.bin`,
    size: 1_000 + n,
    sha256: hex(prefix + n),
  }));
const details = (n) => ({ accuracy: 0.9, epochs: n, note: "x".repeat(200), tags: ["a", "b", "c"] });

/** Returns the documents of each collection for so many deployments. */
export function lineageDocuments(count) {
  const model = {
    ...record("model", 0, ["classifier"]),
    ...{ name: "classifier", desc: "A model.", model_files: [], data_files: [], retention: null },
  };
  const project = {
    ...record("project", 0, ["iris"]),
    ...{ name: "iris", desc: "A project.", home_dir: null, git_repo: null, docker_repo: null },
    ...{ retention: null, model: [model._id] },
  };
  const { name: modelName, desc, model_files, data_files } = model;
  const modelSnapshot = { ...frozen(model), name: modelName, desc, model_files, data_files };
  const projectSnapshot = {
    ...frozen(project),
    ...{ name: project.name, desc: project.desc, home_dir: null, git_repo: null, docker_repo: null },
  };
  const documents = { projects: [project], models: [model], datasets: [], build_versions: [] };
  documents.model_versions = [];
  documents.deployments = [];
  for (let n = 0; n < count; n += 1) {
    const buildFields = {
      ...{ tag: `v${n}`, docker_id: `sha256:${hex(`image-${n}`)}`, git_version: hex(`commit-${n}`).slice(0, 40) },
      ...{ git_dirty: false, built_at: AT, built_from: "LOCAL" },
    };
    const build = { ...record("bvers", n, ["iris", `v${n}`]), ...buildFields, proj: project._id, digest: null };
    const buildSnapshot = { ...frozen(build), ...buildFields, proj: projectSnapshot };
    const heldFiles = (kind) => ({
      ...{ details: details(n), compressed: false, lightweight: false, files: files(`${kind}-${n}`) },
      ...{ manifest: null, file_list: null },
    });
    const dataFields = { name: `data-${n}`, stored: true, ...heldFiles("data") };
    const held = { state: "READY", received: [], archive: null };
    const dataset = { ...record("dataset", n, ["classifier", `data-${n}`]), ...dataFields, model: model._id, ...held };
    const dataSnapshot = { ...frozen(dataset), ...dataFields, model: modelSnapshot };
    const train = {
      ...{
        _id: id("train", n),
        key: keyOf("iris", `train-${n}`),
        taken_at: AT,
        name: `train-${n}`,
        bvers: buildSnapshot,
      },
      ...{ notebook: "train.ipynb", params: { lr: 0.1, depth: n }, details: details(n), resources: null },
      ...{ ds: [dataSnapshot], proj: projectSnapshot, pretrained: [] },
    };
    const versionFields = { name: `version-${n}`, train, ds: dataSnapshot, ...heldFiles("version") };
    const version = {
      ...record("movers", n, ["classifier", `version-${n}`]),
      ...{ ...versionFields, model: model._id, pretrained: null, aliases: [], ...held },
    };
    const versionSnapshot = {
      ...{ ...frozen(version), ...versionFields, model: modelSnapshot, pretrained: null, alias: null },
    };
    documents.build_versions.push(build);
    documents.datasets.push(dataset);
    documents.model_versions.push(version);
    documents.deployments.push({
      ...record("depl", n, ["iris", `depl-${n}`]),
      ...{ name: `depl-${n}`, proj: project._id, revision: 1, revision_id: id("revision", n), replicas: 0, tasks: [] },
      ...{ availability: "NONE", movers: [versionSnapshot], bvers: buildSnapshot, notebook: "predict.ipynb" },
      ...{ details: details(n), holds: [] },
    });
  }
  return documents;
}
