import { expect, test } from "vitest";
import { codeOf, openRouter } from "./support/open-router.js";

test("a prediction is answered by the replica and says which version and revision gave it", async () => {
  await using router = await openRouter();
  const { endpoint, asked } = await router.replica();
  router.serve([endpoint]);

  const answer = await router.predict("[5.1,3.5,1.4,0.2]");

  expect([answer.status, await answer.text()]).toEqual([200, "setosa"]);
  expect(asked).toMatchObject([{ url: "/predict", body: "[5.1,3.5,1.4,0.2]" }]);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    "x-rocas-model-version": "clf/v1",
    "x-rocas-revision": "7",
    "x-rocas-replica": "replica-0",
  });
});

test("a query is passed as it is", async () => {
  await using router = await openRouter();
  const { endpoint, asked } = await router.replica();
  router.serve([endpoint]);

  await router.predict("[]", { path: "/predict/iris/live?model_version=v1&x=%2F..%2f&&=" });

  expect(asked[0]!.url).toBe("/predict?model_version=v1&x=%2F..%2f&&=");
});

const named = (endpoint: string, ...names: string[]) => ({
  replicas: [{ id: "a", endpoint, movers: ["clf/v1"], names }],
});

for (const asked of ["v1", "clf/v1", "production"])
  test(`a version that is served is asked for as ${asked}`, async () => {
    await using router = await openRouter();
    const { endpoint } = await router.replica();
    router.serve([endpoint], named(endpoint, "v1", "clf/v1", "production"));

    expect((await router.predict("[]", { path: `/predict/iris/live?model_version=${asked}` })).status).toBe(200);
  });

for (const asked of ["v2", "", "V1", "v1%20", "production", "clf/v2"])
  test(`a version "${asked}" that is not served is not answered by another`, async () => {
    await using router = await openRouter();
    const replica = await router.replica();
    router.serve([replica.endpoint], named(replica.endpoint, "v1", "clf/v1"));

    const answer = await router.predict("[]", { path: `/predict/iris/live?model_version=${asked}` });

    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({
      errors: [
        {
          message: "The deployment does not serve the version that model_version names. It serves clf/v1.",
          extensions: { code: "NOT_FOUND" },
        },
      ],
    });
    expect(replica.asked).toEqual([]);
  });

test("while one version replaces another, each is answered by the replica that has it", async () => {
  await using router = await openRouter();
  const [one, other] = [await router.replica(), await router.replica()];
  const replicas = [one, other].map(({ endpoint }, n) => ({
    id: `r${n}`,
    endpoint,
    movers: [`clf/v${n}`],
    names: [`v${n}`],
  }));
  router.serve([], { replicas });

  for (const version of ["v0", "v1", "v0"])
    await router.predict("[]", { path: `/predict/iris/live?model_version=${version}` });

  expect([one.asked.length, other.asked.length]).toEqual([2, 1]);
});

test("two versions in one request are refused", async () => {
  await using router = await openRouter();
  const { endpoint } = await router.replica();
  router.serve([endpoint], named(endpoint, "v1"));

  const answer = await router.predict("[]", { path: "/predict/iris/live?model_version=v1&model_version=v2" });

  expect([answer.status, await codeOf(answer)]).toEqual([400, "BAD_USER_INPUT"]);
});

for (const encoding of ["gzip", "br", "deflate", "zstd", "GZIP", "gzip, identity"])
  test(`a body in ${encoding} is refused, and the client learns what is understood`, async () => {
    await using router = await openRouter();
    const replica = await router.replica();
    router.serve([replica.endpoint]);

    const answer = await router.predict("{}", { headers: { "content-encoding": encoding } });

    expect([answer.status, await codeOf(answer)]).toEqual([415, "BAD_USER_INPUT"]);
    expect(answer.headers.get("accept-encoding")).toBe("identity");
    expect(replica.asked).toEqual([]);
  });

test("a body that says it is not encoded is passed", async () => {
  await using router = await openRouter();
  const { endpoint } = await router.replica();
  router.serve([endpoint]);

  expect((await router.predict("{}", { headers: { "content-encoding": "identity" } })).status).toBe(200);
});

test("a body without a length is passed piece by piece", async () => {
  await using router = await openRouter();
  const { endpoint, asked } = await router.replica();
  router.serve([endpoint]);
  const body = new ReadableStream({
    start(controller) {
      for (const piece of ["[1,", "2]"]) controller.enqueue(Buffer.from(piece));
      controller.close();
    },
  });

  await router.predict(body, { duplex: "half" } as RequestInit);

  expect(asked).toMatchObject([{ body: "[1,2]", headers: { "transfer-encoding": "chunked" } }]);
});

test("a request without a body is one of length 0", async () => {
  await using router = await openRouter();
  const { endpoint, asked } = await router.replica();
  router.serve([endpoint]);

  await router.predict(null);

  expect(asked).toMatchObject([{ body: "", headers: { "content-length": "0" } }]);
});

for (const status of [200, 204, 400, 404, 422, 500])
  test(`a replica's status ${status} is the client's`, async () => {
    await using router = await openRouter();
    const { endpoint } = await router.replica((_request, response) => void response.writeHead(status).end());
    router.serve([endpoint]);

    expect((await router.predict()).status).toBe(status);
  });

test("an answer of many megabytes comes through whole", async () => {
  await using router = await openRouter();
  const { endpoint } = await router.replica((_request, response) => void response.end(Buffer.alloc(30_000_000, 7)));
  router.serve([endpoint]);

  expect((await (await router.predict()).arrayBuffer()).byteLength).toBe(30_000_000);
});

test("names that hold spaces and other signs are found by their exact spelling", async () => {
  await using router = await openRouter();
  const { endpoint } = await router.replica();
  router.serve([endpoint], { proj: "my proj", name: "café.1" });

  const answer = await router.predict("[]", { path: "/predict/my%20proj/caf%C3%A9.1" });

  expect(answer.status).toBe(200);
});

test("until the deployments are known, a prediction is asked to come again", async () => {
  await using router = await openRouter();

  const answer = await router.predict();

  expect([answer.status, await codeOf(answer)]).toEqual([503, "RUNTIME_UNAVAILABLE"]);
  expect(answer.headers.get("retry-after")).toBe("2");
});

test("a deployment that is not there is 404 with a sentence", async () => {
  await using router = await openRouter();
  router.table.replace([]);

  const answer = await router.predict();

  expect(answer.status).toBe(404);
  expect(await answer.json()).toMatchObject({
    errors: [
      {
        message: 'Project "iris" has no deployment "live" that takes predictions.',
        extensions: { code: "NOT_FOUND" },
      },
    ],
  });
});

test("a deployment without a ready replica is 503 and says how far it is", async () => {
  await using router = await openRouter();
  router.serve([], { state: "STARTING" });

  const answer = await router.predict();

  expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "2"]);
  expect(await answer.text()).toContain("STARTING");
});

test("a deployment taken out of the table is gone at once", async () => {
  await using router = await openRouter();
  const { endpoint } = await router.replica();
  router.serve([endpoint]);
  await router.predict();

  router.table.replace([]);

  expect((await router.predict()).status).toBe(404);
});

test("anything but POST is refused", async () => {
  await using router = await openRouter();
  const { endpoint, asked } = await router.replica();
  router.serve([endpoint]);

  const answer = await fetch(router.url("/predict/iris/live"));

  expect([answer.status, answer.headers.get("allow"), asked.length]).toEqual([405, "POST", 0]);
});

test("several versions are all named, and the one that the replica says it used alone", async () => {
  await using router = await openRouter();
  const { endpoint } = await router.replica((request, response) => {
    if (request.headers["x-which"]) response.setHeader("X-Rocas-Model-Version", String(request.headers["x-which"]));
    response.end();
  });
  const versions = ["clf/v1", "clf/v 2"];
  router.serve([endpoint], { versions, replicas: [{ id: "a", endpoint, movers: versions }] });
  const named = async (headers: Record<string, string>) =>
    (await router.predict("[]", { headers })).headers.get("x-rocas-model-version");

  expect(await named({})).toBe("clf/v1, clf/v%202");
  expect(await named({ "x-which": "clf/v1" })).toBe("clf/v1");
  expect(await named({ "x-which": "other/v9" })).toBe("clf/v1, clf/v%202");
});

test("in lazy serving the replica says which version it used", async () => {
  await using router = await openRouter();
  const { endpoint } = await router.replica((_request, response) => {
    response.setHeader("X-Rocas-Model-Version", "clf/v3").setHeader("X-Rocas-Revision", "999").end();
  });
  router.serve([endpoint], { versions: [], replicas: [{ id: "a", endpoint, movers: [], revision: 8 }] });

  const { headers } = await router.predict();

  expect([headers.get("x-rocas-model-version"), headers.get("x-rocas-revision")]).toEqual(["clf/v3", "8"]);
});

test("a lazy replica of an earlier revision is not credited with the versions of the wanted one", async () => {
  await using router = await openRouter();
  const { endpoint } = await router.replica();
  router.serve([endpoint], { revision: 8, replicas: [{ id: "a", endpoint, movers: [], revision: 7 }] });

  const { headers } = await router.predict();

  expect([headers.get("x-rocas-model-version"), headers.get("x-rocas-revision")]).toEqual([null, "7"]);
});

test("without a token everybody may predict", async () => {
  await using router = await openRouter();
  const { endpoint } = await router.replica();
  router.serve([endpoint]);

  expect((await router.predict("[]", { headers: { authorization: "Basic x" } })).status).toBe(200);
});

for (const authorization of [
  "",
  "Bearer ",
  "Bearer wrong",
  "Bearer predic",
  "Bearer predict-1x",
  "Basic predict-1",
  "predict-1",
])
  test(`"${authorization}" predicts nothing where a token is asked for, and learns nothing`, async () => {
    await using router = await openRouter({ tokens: { token: "operator-1", predictToken: "predict-1" } });
    const { endpoint, asked } = await router.replica();
    router.serve([endpoint]);

    const known = await router.predict("[]", { headers: { authorization } });
    const unknown = await router.predict("[]", { headers: { authorization }, path: "/predict/iris/none" });

    expect([known.status, unknown.status, await codeOf(known)]).toEqual([401, 401, "UNAUTHENTICATED"]);
    expect(asked).toEqual([]);
  });

for (const authorization of ["Bearer operator-1", "Bearer predict-1", "bearer predict-1"])
  test(`"${authorization}" predicts, and the replica does not see it`, async () => {
    await using router = await openRouter({ tokens: { token: "operator-1", predictToken: "predict-1" } });
    const { endpoint, asked } = await router.replica();
    router.serve([endpoint]);

    expect((await router.predict("[]", { headers: { authorization } })).status).toBe(200);
    expect(asked[0]!.headers).not.toHaveProperty("authorization");
  });
