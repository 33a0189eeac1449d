// The documents of the bench: those of the lineage query, and projects with 1,000, 10,000 and 100,000 trainings.
import { lineageDocuments, record } from "./lineage-documents.mjs";

const MODELS = 20;
const PORTION = 10_000;
const AT = new Date("2026-01-02T03:04:05.000Z");
const TEAMS = ["vision", "speech"];
const TASK = { state: "FINISHED", progress: 1, start_time: AT, update_time: AT, error: null };

const projectOf = (size, n) => ({
  ...record("project", n, [`p${size}`]),
  ...{ name: `p${size}`, desc: null, home_dir: null, git_repo: null, docker_repo: null, retention: null, model: [] },
});

const training = (n, project, size) => ({
  ...record("train", n, [project.name, `train-${n}`]),
  ...{ name: `train-${n}`, proj: project._id, bvers: null, notebook: "train.ipynb", params: { lr: 0.1 } },
  ...{ resources: null, ds: [], pretrained: [], task: TASK },
  // Only the smallest project has teams: 500 trainings are of each.
  details: { ...(size === 1_000 && { team: TEAMS[n % 2] }), accuracy: 1 / (n + 1), note: "x".repeat(100) },
});

const model = (n) => ({
  ...record("model", n, [`model-${n}`]),
  ...{ name: `model-${n}`, desc: "A model.", model_files: [], data_files: [], retention: null },
});

/** Writes the documents. @param sizes of the projects, in trainings */
export async function writeDocuments(db, { deployments, sizes }) {
  const documents = lineageDocuments(deployments);
  documents.models.push(...Array.from({ length: MODELS }, (_, n) => model(n + 1)));
  const projects = sizes.map((size, n) => projectOf(size, n + 1));
  documents.projects.push(...projects);
  for (const [collection, all] of Object.entries(documents)) await db.collection(collection).insertMany(all);
  let next = 0;
  for (const [at, size] of sizes.entries())
    for (let left = size; left > 0; left -= PORTION) {
      const portion = Array.from({ length: Math.min(left, PORTION) }, () => training(next++, projects[at], size));
      await db.collection("trainings").insertMany(portion);
    }
}
