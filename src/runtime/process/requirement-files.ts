import { readFile } from "node:fs/promises";
import { posix } from "node:path";
import { ImageBuildError } from "../image-builder.js";

/** The files that pip reads beside its arguments. */
export interface RequirementFiles {
  /** Text by path in the image, such as `/project/requirements.txt`. */
  readonly files: ReadonlyMap<string, string>;
  /** True if packages come from the project, so that its content is part of the installation. */
  readonly usesProject: boolean;
}

const NESTED = /^(?:-r|--requirement|-c|--constraint)[\s=]*(\S.*)$/;
const EDITABLE = /^(?:-e|--editable)[\s=]/;
const LINKS = /^(?:-f|--find-links)[\s=]*(\S.*)$/;
const ADDRESS = /^[a-z][a-z0-9+.-]*:\/\//i;
const MAX_FILES = 100;

/** True if pip takes the word for a path. */
export const isPath = (word: string): boolean =>
  !ADDRESS.test(word) &&
  !/^[^/]*@/.test(word) &&
  (/^[./~]/.test(word) || word.includes("/") || /\.(?:whl|zip|tar\.gz|tgz)$/i.test(word));

/**
 * Reads requirement files, and the files that they name in turn.
 * @param paths absolute in the image
 * @param locate returns the place of a path of the image, or null if no COPY brought a file there
 * @throws ImageBuildError for a missing file, and for a path outside of the project
 */
export async function readRequirements(
  paths: readonly string[],
  locate: (path: string) => string | null,
): Promise<RequirementFiles> {
  const files = new Map<string, string>();
  const ahead = [...paths];
  let usesProject = false;
  while (ahead.length > 0) {
    const path = ahead.shift()!;
    if (files.has(path)) continue;
    if (files.size >= MAX_FILES)
      throw new ImageBuildError(`More than ${MAX_FILES} files of requirements name each other.`);
    const place = locate(path);
    if (place === null) throw new ImageBuildError(`pip is to read ${path}, which no COPY brings there.`);
    const text = await readFile(place, "utf8");
    files.set(path, text);
    for (const line of linesOf(text)) {
      const [, nested] = NESTED.exec(line) ?? [];
      if (nested && !ADDRESS.test(nested)) ahead.push(posix.resolve(posix.dirname(path), nested));
      usesProject ||= lineUsesProject(line, path);
    }
  }
  return { files, usesProject };
}

function lineUsesProject(line: string, file: string): boolean {
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
