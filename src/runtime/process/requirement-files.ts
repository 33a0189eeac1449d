import { readFile } from "node:fs/promises";
import { posix } from "node:path";
import { ImageBuildError } from "../image-builder.js";

/** The files that pip reads beside its arguments. */
export interface ReadRequirements {
  /** Path in the image, as `/project/requirements.txt`, and text. */
  readonly files: ReadonlyMap<string, string>;
  /** True if packages come from the project itself, so that its content is part of what is installed. */
  readonly isOfProject: boolean;
}

const NESTED = /^(?:-r|--requirement|-c|--constraint)[\s=]*(\S.*)$/;
const EDITABLE = /^(?:-e|--editable)[\s=]/;
const LINKS = /^(?:-f|--find-links)[\s=]*(\S.*)$/;
const ADDRESS = /^[a-z][a-z0-9+.-]*:\/\//i;
const MOST_FILES = 100;

/** True if pip takes a word for a path. */
export const isPath = (word: string): boolean =>
  !ADDRESS.test(word) &&
  !/^[^/]*@/.test(word) &&
  (/^[./~]/.test(word) || word.includes("/") || /\.(?:whl|zip|tar\.gz|tgz)$/i.test(word));

/**
 * Reads files of requirements and what they name in turn.
 * @param paths absolute in the image
 * @param at where a path of the image lies, or null if no COPY brought a file there
 * @throws ImageBuildError for a file that is not there, and for a path outside of the project
 */
export async function readRequirements(
  paths: readonly string[],
  at: (path: string) => string | null,
): Promise<ReadRequirements> {
  const files = new Map<string, string>();
  const ahead = [...paths];
  let isOfProject = false;
  while (ahead.length > 0) {
    const path = ahead.shift()!;
    if (files.has(path)) continue;
    if (files.size >= MOST_FILES)
      throw new ImageBuildError(`More than ${MOST_FILES} files of requirements name each other.`);
    const place = at(path);
    if (place === null) throw new ImageBuildError(`pip is to read ${path}, which no COPY brings there.`);
    const text = await readFile(place, "utf8");
    files.set(path, text);
    for (const line of linesOf(text)) {
      const [, nested] = NESTED.exec(line) ?? [];
      if (nested && !ADDRESS.test(nested)) ahead.push(posix.resolve(posix.dirname(path), nested));
      isOfProject ||= isOfProjectIn(line, path);
    }
  }
  return { files, isOfProject };
}

function isOfProjectIn(line: string, file: string): boolean {
  if (EDITABLE.test(line))
    throw new ImageBuildError(
      `${file} has ${JSON.stringify(line.slice(0, 200))}: an editable package lies in the folder of the build, which goes; name it without -e.`,
    );
  const [, links] = LINKS.exec(line) ?? [];
  const named = links ?? (line.startsWith("-") ? "" : line.replace(/^[^@;]*@\s*/, "").replace(/\s*;.*$/, ""));
  if (/^(?:file:|[/~])/i.test(named))
    throw new ImageBuildError(
      `${file} has ${JSON.stringify(line.slice(0, 200))}: it names a place in an image, which this machine does not have; name it relative to the project.`,
    );
  return links === undefined ? isPath(named) : !ADDRESS.test(links);
}

const linesOf = (text: string): string[] =>
  text
    .replace(/\\\r?\n/g, " ")
    .split(/\r?\n/)
    .map((line) => line.replace(/(?:^|\s)#.*$/, "").trim())
    .filter((line) => line !== "");
