import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { type ImageBuilder, ImageBuildError } from "../../src/runtime/image-builder.js";
import { tarOf } from "../docker/support/tar-of.js";

export interface OpenImageBuilder extends AsyncDisposable {
  readonly builder: ImageBuilder;
  /** What a Dockerfile can start from. */
  readonly base: string;
  /** A project whose build takes a minute. */
  readonly slow: Readonly<Record<string, string>>;
}

export interface OpenWithRegistry extends OpenImageBuilder {
  /** `host:port/path` of a registry that takes everything. */
  readonly registry: string;
}

/** A build that takes a minute in an engine. */
export const slowOn = (base: string) => ({ Dockerfile: `FROM ${base}\nRUN sleep 60\n` });

const random = () => randomBytes(6).toString("hex");
export const newBuild = () => ({ tag: `rocas-test/${random()}:latest`, noCache: false });
const silent = () => {};

async function* breakingOff(context: Readable) {
  const whole = await buffer(context);
  yield whole.subarray(0, whole.length - 1024);
  throw new Error("The folder went away.");
}

/** What every adapter of ImageBuilder owes. */
export function imageBuilderContract(name: string, open: () => Promise<OpenImageBuilder>): void {
  describe(name, () => {
    test("a Dockerfile becomes an image that carries its labels alone, and its log is kept", async () => {
      await using opened = await open();
      const build = newBuild();
      const files = { Dockerfile: `FROM ${opened.base}\nLABEL colour=green\nCOPY x.txt ./\n`, "x.txt": random() };
      const context = tarOf(files);
      let log = "";

      const id = await opened.builder.build(context, build, (text) => (log += text));

      expect(id).toMatch(/^sha256:[0-9a-f]{64}$/);
      expect(log).toContain("COPY x.txt ./");
      const seen = await opened.builder.inspect(build.tag);
      expect(seen).toMatchObject({ id, labels: { colour: "green" } });
      expect(Object.keys(seen!.labels).filter((label) => label.startsWith("rocas.image"))).toEqual([]);
      await opened.builder.untag(build.tag);
    });

    test("the same content is the same image, whoever builds it, and stays while one tag of it does", async () => {
      await using opened = await open();
      const [one, two] = [newBuild(), newBuild()];
      const files = { Dockerfile: `FROM ${opened.base}\nCOPY x.txt ./\nLABEL n=${random()}\n`, "x.txt": "x" };

      const first = await opened.builder.build(tarOf(files), one, silent);
      const second = await opened.builder.build(tarOf(files), two, silent);
      await opened.builder.untag(one.tag);

      expect(second).toBe(first);
      expect((await opened.builder.inspect(two.tag))?.id).toBe(first);
      await opened.builder.untag(two.tag);
    });

    test("it says what it builds for", async () => {
      await using opened = await open();

      expect(await opened.builder.platform()).toMatch(/^linux\/[a-z0-9]+$/);
    });

    test("a Dockerfile that fails is an error with what it said, and no image", async () => {
      await using opened = await open();
      const build = newBuild();
      const context = tarOf({ Dockerfile: `FROM ${opened.base}\nRUN exit 7\n` });

      const building = opened.builder.build(context, build, silent);

      await expect(building).rejects.toThrow(ImageBuildError);
      await expect(building).rejects.toThrow("7");
      expect(await opened.builder.inspect(build.tag)).toBeNull();
    });

    for (const [what, files] of [
      ["with an instruction that does not exist", { Dockerfile: "FROM scratch\nFLY away\n" }],
      ["that declares a volume", { Dockerfile: "FROM BASE\nVOLUME /outside\n" }],
    ] as const)
      test(`a context ${what} is refused`, async () => {
        await using opened = await open();
        const named = Object.entries(files).map(([name, text]) => [name, text.replace("BASE", opened.base)]);

        const building = opened.builder.build(tarOf(Object.fromEntries(named)), newBuild(), silent);

        await expect(building).rejects.toThrow(ImageBuildError);
      });

    test("a build ends with its signal", async () => {
      await using opened = await open();
      const signal = AbortSignal.timeout(300);
      const build = newBuild();

      const building = opened.builder.build(tarOf(opened.slow), { ...build, signal }, silent);

      await expect(building).rejects.toMatchObject({ name: "TimeoutError" });
      expect(await opened.builder.inspect(build.tag)).toBeNull();
    });

    test("a context that breaks off fails the build with its own error", async () => {
      await using opened = await open();
      const context = Readable.from(breakingOff(tarOf({ Dockerfile: `FROM ${opened.base}\n` })));

      await expect(opened.builder.build(context, newBuild(), silent)).rejects.toThrow("The folder went away.");
    });

    test("a tag moves to another image, and the first is still found by another tag", async () => {
      await using opened = await open();
      const [one, two] = [newBuild(), newBuild()];
      const first = await opened.builder.build(tarOf({ Dockerfile: `FROM ${opened.base}\nLABEL n=1\n` }), one, silent);
      const second = await opened.builder.build(tarOf({ Dockerfile: `FROM ${opened.base}\nLABEL n=2\n` }), two, silent);
      const human = newBuild().tag;

      await opened.builder.tag(first, human);
      await opened.builder.tag(second, human);

      expect((await opened.builder.inspect(human))?.id).toBe(second);
      expect((await opened.builder.inspect(one.tag))?.id).toBe(first);
      for (const tag of [human, one.tag, two.tag]) await opened.builder.untag(tag);
    });

    test("an image goes with its last tag, and taking a tag again is no error", async () => {
      await using opened = await open();
      const build = newBuild();
      const id = await opened.builder.build(tarOf({ Dockerfile: `FROM ${opened.base}\nLABEL n=3\n` }), build, silent);
      const other = newBuild().tag;
      await opened.builder.tag(id, other);

      await opened.builder.untag(build.tag);
      expect((await opened.builder.inspect(id))?.id).toBe(id);
      await opened.builder.untag(other);
      await opened.builder.untag(other);

      expect(await opened.builder.inspect(id)).toBeNull();
    });

    for (const hostile of [
      "../../x",
      "a;b",
      "a@sha256:00",
      "--help",
      "\uff41",
      "a".repeat(300),
      "a\n",
      "../version?x=",
    ])
      test(`${JSON.stringify(hostile.slice(0, 20))} names no image`, async () => {
        await using opened = await open();
        const refused = { code: "BAD_USER_INPUT" };
        const { builder } = opened;

        const context = tarOf({ Dockerfile: "FROM scratch\n" });
        await expect(builder.build(context, { ...newBuild(), tag: hostile }, silent)).rejects.toMatchObject(refused);
        await expect(builder.pull(hostile, null, silent)).rejects.toMatchObject(refused);
        await expect(builder.push(hostile, null, silent)).rejects.toMatchObject(refused);
        await expect(builder.inspect(hostile)).rejects.toMatchObject(refused);
        await expect(builder.untag(hostile)).rejects.toMatchObject(refused);
        await expect(builder.tag(hostile, newBuild().tag)).rejects.toMatchObject(refused);
      });
  });
}

/** What an adapter with registries owes beside that. */
export function registryContract(name: string, open: () => Promise<OpenWithRegistry>): void {
  describe(`${name}, with a registry`, () => {
    test("what was pushed can be pulled, by the digest's own name each time", async () => {
      await using opened = await open();
      const build = newBuild();
      const id = await opened.builder.build(tarOf({ Dockerfile: `FROM ${opened.base}\nLABEL n=4\n` }), build, silent);
      const remote = `${opened.registry}/${build.tag.replace(":latest", ":v1")}`;
      await opened.builder.tag(id, remote);

      const digest = await opened.builder.push(remote, null, silent);
      const again = await opened.builder.push(remote, null, silent);
      await opened.builder.untag(remote);
      await opened.builder.untag(build.tag);
      const pulled = await opened.builder.pull(remote, null, silent);

      expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
      expect(again).toBe(digest);
      expect(pulled).toBe(id);
      await opened.builder.untag(remote);
    });

    test("an image that the registry does not give is taken from the engine", async () => {
      await using opened = await open();
      const build = newBuild();
      const id = await opened.builder.build(tarOf({ Dockerfile: `FROM ${opened.base}\nLABEL n=5\n` }), build, silent);
      const remote = `${opened.registry}/${build.tag}`;
      await opened.builder.tag(id, remote);

      expect(await opened.builder.pull(remote, null, silent)).toBe(id);
      await opened.builder.untag(remote);
      await opened.builder.untag(build.tag);
    });

    test("an image that nobody has is an error that names it", async () => {
      await using opened = await open();
      const image = `${opened.registry}/nobody/has-this:v1`;

      const pulling = opened.builder.pull(image, null, silent);

      await expect(pulling).rejects.toThrow(ImageBuildError);
      await expect(pulling).rejects.toThrow(image);
      expect(await opened.builder.inspect(image)).toBeNull();
    });
  });
}
