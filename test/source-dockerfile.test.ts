import { describe, expect, test } from "vitest";
import { LocalSource } from "../src/source/local/local-source.js";
import type { Builder } from "../src/runtime/image-builder.js";
import { SourceError } from "../src/source/source.js";
import { silent } from "./contracts/source.contract.js";
import { openTempFolder, writeTree } from "./support/temp-folder.js";

/** @returns what would build it */
async function opened(
  Dockerfile: string,
  platform = "linux/amd64",
  builders?: readonly Builder[],
): Promise<Builder | undefined> {
  await using root = await openTempFolder();
  await writeTree(root.path, { "project/Dockerfile": Dockerfile });
  const source = new LocalSource([root.path]);
  const request = { location: "project", ref: null, credentials: null, platform, builders };
  await using context = await source.open(request, silent);
  return context.builder;
}

describe("a Dockerfile that needs BuildKit is refused by what and where", () => {
  for (const [instructions, named] of [
    ["RUN <<EOF\necho one\nEOF", "line 2: RUN with a here-document (<<EOF)"],
    ["RUN python3 <<-'END' > /log\n\tprint(1)\n\tEND", "line 2: RUN with a here-document (<<END)"],
    ["RUN set -e; \\\n  # why\n\n  cat 0<<EOF\nx\nEOF", "line 2: RUN with a here-document"],
    ["copy <<a.txt <<b.txt /etc/\n1\na.txt\n2\nb.txt", "COPY with a here-document (<<b.txt)"],
    ["ADD <<EOF /a\nx\nEOF", "ADD with a here-document"],
    ["ONBUILD RUN <<EOF\necho x\nEOF", "line 2: RUN with a here-document"],
    ["LABEL a=1\n\nCOPY --link . .", "line 4: COPY --link"],
    ["ONBUILD copy --link . .", "line 2: COPY --link"],
    ["COPY --from=x --chmod=755 a b", "line 2: COPY --chmod"],
    ["COPY --parents a/b c/", "COPY --parents"],
    ["COPY --exclude=*.md . .", "COPY --exclude"],
    ["ADD --checksum=sha256:00 https://example.org/x /x", "ADD --checksum"],
    ["ADD --keep-git-dir=true . .", "ADD --keep-git-dir"],
    ["ADD --unpack=true a.tar /a", "ADD --unpack"],
    ["RUN --mount=type=cache,target=/c pip install x", "RUN --mount"],
    ["RUN \\\n  --network=none true", "line 2: RUN --network"],
    ["RUN --security=insecure true", "RUN --security"],
    ["RUN --device=gpu true", "RUN --device"],
    ["ARG TARGETARCH\nRUN echo $TARGETARCH", "line 2: ARG TARGETARCH would be empty"],
    ["ARG A=1 BUILDPLATFORM", "ARG BUILDPLATFORM would be empty"],
    ["FROM --platform=$BUILDPLATFORM other", "line 2: $BUILDPLATFORM in FROM would be empty"],
    ["FROM tools-${TARGETARCH}", "$TARGETARCH in FROM would be empty"],
    ["ARG TARGETSTAGE", "ARG TARGETSTAGE would be empty"],
    ["FROM tools${TARGETARCH:+-x}", "$TARGETARCH in FROM would be empty"],
    ["ADD https://example.org/x/y.git?ref=main /y", "ADD of a git repository"],
    ["ADD https://example.org/x/y.git#main /y", "ADD of a git repository"],
    ["ADD git@example.org:x/y.git /y", "ADD of a git repository"],
  ])
    test(JSON.stringify(instructions), async () => {
      const opening = opened(`FROM rocas/onboard\n${instructions}\n`);

      await expect(opening).rejects.toThrow(SourceError);
      await expect(opening).rejects.toThrow(named!);
    });

  for (const [text, named] of [
    ["# syntax=docker/dockerfile:1\nFROM x\n", "line 1: another frontend"],
    ["# check=skip=all;error=true\nFROM x\n", "line 1: checks that fail the build"],
    ["\uFEFF# escape=`\r\nFROM x\r\nRUN `\r\n --mount=type=ssh true\r\n", "line 3: RUN --mount"],
    ["ARG TARGETPLATFORM\nFROM --platform=$TARGETPLATFORM x\n", "line 1: ARG TARGETPLATFORM"],
  ])
    test(JSON.stringify(text), async () => {
      await expect(opened(text!)).rejects.toThrow(named!);
    });

  for (const [text, own] of [
    ["FROM --platform=linux/arm64 x", "linux/amd64"],
    ["FROM --platform=linux/amd64 x", "linux/arm64"],
    ["FROM --platform=arm64 x", "linux/amd64"],
    ["FROM --platform=linux/amd64/v3 x", "linux/amd64"],
    ["FROM --platform=windows x", "linux/amd64"],
    ["FROM --platform=linux/$MACHINE x", "linux/amd64"],
    ["ARG P=linux/arm64\nFROM --platform=$P x", "linux/amd64"],
    ["ARG M=arm64 P=linux/${M}\nFROM --platform=${P} x", "linux/amd64"],
    ["FROM --platform=${P:-linux/arm64} x", "linux/amd64"],
    ["FROM a\nfrom --platform=linux/riscv64 x AS other", "linux/amd64"],
  ] as const)
    test(`${JSON.stringify(text)} on ${own}`, async () => {
      await expect(opened(`${text}\n`, own)).rejects.toThrow(
        /FROM --platform=\S+; the engine builds for linux\/\w+ alone/,
      );
    });

  test("all of it is reported at once, and the text of a here-document is no instruction", async () => {
    const opening = opened("FROM x\nRUN <<EOF\nCOPY --parents a b\nEOF\nCOPY --link . .\n");

    await expect(opening).rejects.toThrow(/line 2: RUN with a here-document.*; line 5: COPY --link/);
    await expect(opening).rejects.not.toThrow("--parents");
  });
});

describe("what the classic builder carries out passes", () => {
  for (const text of [
    "from rocas/onboard\nrun echo 'a <<EOF b' \"c <<EOF\"\n",
    "FROM x\nRUN echo $((1<<3)) && python3 -c 'print(1 <<2)' && cat <<<here\n",
    'FROM x\nRUN ["sh", "-c", "cat <<EOF"]\n',
    "FROM --platform=linux/amd64 x AS build\nCOPY --from=build --chown=1:1 a b\nADD --chown=1 https://example.org/a.tar /\n",
    "ARG TARGETARCH=amd64\nFROM x-$TARGETARCH\nARG TARGETARCH\nARG TARGETOS=linux\n",
    "FROM --platform=linux x\nFROM --platform=x86_64 y\nFROM --platform=LINUX/amd64/v1 z\n",
    'ARG M="amd64"\nARG P=linux/$M\nFROM --platform=$P x\nFROM --platform=${Q:-linux/amd64} y\n',
    'FROM x\nSHELL ["/bin/bash", "-c"]\nARG A=1 B=2\nHEALTHCHECK --start-interval=1s CMD true\nRUN "--mount=x"\n',
    "FROM x-${TARGETARCH:-amd64}\nENV TARGETARCH=arm64\nRUN echo $TARGETARCH\n",
    "FROM x\nRUN pip install --link a\nRUN tool \\\n  --mount=x\n# RUN --mount=x\n",
    '# check=skip=all\nFROM x\nHEALTHCHECK --interval=5s CMD true\nLABEL a="<<EOF"\n',
  ])
    test(JSON.stringify(text), async () => {
      await expect(opened(text)).resolves.toBe("CLASSIC");
    });

  test("the platform of an engine on ARM, by each of its names", async () => {
    const text = ["arm64", "aarch64", "linux/arm64/v8", "linux/arm64/8"].map((each) => `FROM --platform=${each} x`);

    await expect(opened(text.join("\n"), "linux/arm64")).resolves.toBe("CLASSIC");
  });
});

describe("the first builder that carries a Dockerfile out builds it", () => {
  const docker20: Builder[] = ["CLASSIC", "BUILDKIT_BEFORE_23"];
  for (const [instructions, builders, chosen] of [
    ["RUN true", docker20, "CLASSIC"],
    ["RUN --mount=type=cache,target=/c true", docker20, "BUILDKIT_BEFORE_23"],
    ["ARG TARGETARCH\nCOPY --chmod=755 a b", docker20, "BUILDKIT_BEFORE_23"],
    ["FROM --platform=$BUILDPLATFORM x", docker20, "BUILDKIT_BEFORE_23"],
    ["RUN <<EOF\ntrue\nEOF\nCOPY --link --parents a b", ["BUILDKIT"], "BUILDKIT"],
    ["ADD https://example.org/x/y.git#main /y\nRUN --network=none true", ["BUILDKIT"], "BUILDKIT"],
  ] as const)
    test(`${JSON.stringify(instructions)} by ${chosen}`, async () => {
      expect(await opened(`FROM x\n${instructions}\n`, "linux/amd64", builders)).toBe(chosen);
    });

  test("a syntax that a registry gives is BuildKit's, whatever follows", async () => {
    const text = "# syntax=docker/dockerfile:1\nFROM x\nRUN <<EOF\ntrue\nEOF\n";

    expect(await opened(text, "linux/amd64", docker20)).toBe("BUILDKIT_BEFORE_23");
    expect(await opened(text, "linux/amd64", ["BUILDKIT"])).toBe("BUILDKIT");
  });

  for (const [instructions, named] of [
    ["RUN <<EOF\ntrue\nEOF", "BuildKit of Docker 23 and later"],
    ["RUN <<EOF\ntrue\nEOF", "line 2: RUN with a here-document"],
    ["RUN --mount=type=cache,target=/c true\nCOPY --link a b", "line 3: COPY --link"],
    ["RUN --network=none true", "line 2: RUN --network"],
  ])
    test(`${JSON.stringify(instructions)} is refused by what the BuildKit of Docker 20.10 lacks`, async () => {
      await expect(opened(`FROM x\n${instructions}\n`, "linux/amd64", docker20)).rejects.toThrow(named);
    });

  for (const mount of ["type=secret,id=token", "id=token,type=secret,required", "type=ssh"])
    test(`RUN --mount=${mount} is refused, since nothing would be mounted`, async () => {
      const opening = opened(`FROM x\nRUN --mount=${mount} true\n`, "linux/amd64", ["BUILDKIT"]);

      await expect(opening).rejects.toThrow(/line 2: RUN --mount=type=(?:secret|ssh); builds are given no secrets/);
    });

  test("another platform is refused by BuildKit's name, too", async () => {
    const opening = opened("FROM --platform=linux/arm64 x\n", "linux/amd64", ["BUILDKIT"]);

    await expect(opening).rejects.toThrow(
      "The Dockerfile needs what the engine does not carry out: line 1: FROM --platform=linux/arm64",
    );
  });
});
