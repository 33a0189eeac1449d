// The floor: node:http, the best driver calls, JSON.stringify. It knows each work by the name of its operation.
// node bench/servers/floor.mjs PORT DATA_FOLDER [MONGODB_URI]
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { followChanges } from "./bare-sockets.mjs";
import { keyOf } from "../../dist/graph/id.js";
import { openDatabase, readsOf, statusOf } from "./reads.mjs";

/** Starts the floor. @param options those of `readsOf` */
export async function startFloor([port, ...store], options) {
  const db = await openDatabase(store);
  const answers = answersOf(readsOf(db, options));
  const server = createServer(async (request, response) => {
    const { operationName, variables } = JSON.parse(await text(request));
    const body = JSON.stringify({ data: await answers[operationName](variables) });
    response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
    response.end(body);
  });
  followChanges(server, db);
  server.listen(Number(port), "127.0.0.1");
}

const answersOf = (reads) => ({
  Lineage: ({ first }) => lineage(reads, first),
  async Best(variables) {
    const found = await reads.bestTrainings(variables);
    return { trainings: { nodes: found.map(trainingWithDetails) } };
  },
  async One({ proj, name }) {
    const [found] = await reads.trainingsByKey([keyOf(proj, name)]);
    return { training: found && trainingWithDetails(found) };
  },
  async Page({ first, proj }) {
    const [project] = await reads.projectsByKey([keyOf(proj)]);
    const { nodes, pageInfo } = await reads.pageOfTrainings(project._id, first);
    return { trainings: { nodes: nodes.map(({ _id, name, notebook }) => ({ id: _id, name, notebook })), pageInfo } };
  },
  async Describe({ input: { name, desc } }) {
    const model = await reads.describeModel(name, desc);
    return { updateModel: { name: model.name, desc: model.desc } };
  },
});

const trainingWithDetails = ({ _id, name, notebook, details }) => ({ id: _id, name, notebook, details });

async function lineage(reads, first) {
  const deployments = await reads.deployments(first);
  const keys = deployments.flatMap(({ movers }) => movers.flatMap(({ train }) => train?.bvers?.key ?? []));
  const [projects, builds] = await Promise.all([
    reads.projects([...new Set(deployments.map(({ proj }) => proj))]),
    reads.buildVersionsByKey([...new Set(keys)]),
  ]);
  const models = await reads.models([...new Set(projects.flatMap(({ model }) => model))]);
  const modelOf = new Map(models.map((model) => [model._id, { name: model.name }]));
  const projectOf = new Map(
    projects.map(({ _id, name, model }) => [_id, { name, models: model.map((id) => modelOf.get(id)) }]),
  );
  const liveOf = new Map(builds.filter((each) => each !== null).map((build) => [build.key, build]));
  const bversOf = (snapshot) => {
    const live = liveOf.get(snapshot.key) ?? null;
    const { tag, docker_id: dockerId } = snapshot;
    return { tag, dockerId, status: statusOf(snapshot, live), live: live && { dockerId: live.docker_id } };
  };
  const nodes = deployments.map(({ name, proj, movers }) => ({
    name,
    proj: projectOf.get(proj),
    movers: movers.map(({ name, model, train, ds }) => ({
      name,
      model: { name: model.name },
      train: train && { name: train.name, bvers: train.bvers && bversOf(train.bvers) },
      ds: ds && { name: ds.name },
    })),
  }));
  return { deployments: { nodes } };
}

if (import.meta.filename === process.argv[1]) await startFloor(process.argv.slice(2));
