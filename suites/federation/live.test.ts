import { createClient } from "graphql-sse";
import { expect, test } from "vitest";
import { type Kept, serveReviews } from "./support/foreign-server.js";
import { liveGateways } from "./support/gateways.js";
import { type RocasServer, startRocas, TOKEN } from "./support/rocas-server.js";

const CHANGES = /* GraphQL */ `
  subscription {
    recordChanged(types: [PROJECT]) {
      action
      record {
        ... on Project {
          name
          reviews {
            text
          }
        }
      }
    }
  }
`;

/** Makes projects until one has been heard of: nothing tells a client when a subscription has begun. */
async function heardOf(rocas: RocasServer, events: AsyncIterator<unknown>): Promise<unknown> {
  let heard: IteratorResult<unknown> | undefined;
  const first = events.next().then((each) => (heard = each));
  for (let made = 1; !heard; made += 1) {
    await rocas.app.seed.project({ name: `heard-of-${made}` });
    await Promise.race([first, new Promise((resolve) => setTimeout(resolve, 200))]);
  }
  return heard.value;
}

test.each(Object.entries(liveGateways))(
  "Hive Gateway passes changes on that Rocas tells over %s, with what another team knows of the record",
  async (_, startGateway) => {
    await using rocas = await startRocas();
    const kept: Kept[] = Array.from({ length: 1_000 }, (_each, index) => ({
      id: `review-${index}`,
      text: "at last",
      project: { name: `heard-of-${index}` },
    }));
    await using reviews = await serveReviews(kept);
    const subgraphs = [
      { name: "rocas", url: rocas.url },
      { name: "reviews", url: reviews.url },
    ];
    await using gateway = await startGateway(subgraphs, TOKEN);
    const client = createClient({ url: gateway.url, retryAttempts: 0 });

    const heard = await heardOf(rocas, client.iterate({ query: CHANGES }));
    client.dispose();

    const record = { name: expect.stringMatching(/^heard-of-/), reviews: [{ text: "at last" }] };
    expect(heard).toEqual({ data: { recordChanged: { action: "CREATED", record } } });
  },
);
