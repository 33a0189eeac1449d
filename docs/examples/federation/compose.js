import { writeFile } from "node:fs/promises";
import { composeServices } from "@theguild/federation-composition";
import { parse } from "graphql";

const subgraphs = [
  { name: "rocas", url: "http://127.0.0.1:4000/graphql", token: process.env.ROCAS_TOKEN },
  { name: "reviews", url: "http://127.0.0.1:4001/graphql" },
];

/** A subgraph says its schema itself, to whoever may ask it. */
async function sdlOf({ url, token }) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query: "{ _service { sdl } }" }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(`${url}: ${errors[0].message}`);
  return data._service.sdl;
}

const services = await Promise.all(
  subgraphs.map(async (each) => ({ name: each.name, url: each.url, typeDefs: parse(await sdlOf(each)) })),
);
const { supergraphSdl, errors } = composeServices(services);
if (!supergraphSdl) throw new Error(errors.map(({ message }) => message).join("\n"));
await writeFile("supergraph.graphql", supergraphSdl);
console.log(`supergraph.graphql holds ${services.map(({ name }) => name).join(" and ")}.`);
