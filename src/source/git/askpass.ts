import { type FileHandle, open, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Credentials } from "../../runtime/image-builder.js";

/** The script that git calls for credentials, and the open files that answer it. */
interface Askpass extends AsyncDisposable {
  readonly environment: Readonly<Record<string, string>>;
  readonly descriptors: readonly number[];
}

// Each open of /dev/fd starts at the beginning of the file.
const ASKPASS_SCRIPT = `#!/bin/sh
case "$1" in
  Username*) exec cat /dev/fd/3 ;;
  *) exec cat /dev/fd/4 ;;
esac
`;

/** Writes the credentials to files that are unlinked first: they survive no crash and no folder lists them. */
export async function openAskpass(folder: string, credentials: Credentials | null): Promise<Askpass | null> {
  if (!credentials) return null;
  const program = join(folder, "askpass");
  await writeFile(program, ASKPASS_SCRIPT, { mode: 0o700 });
  const files = [await answerFile(folder, credentials.username), await answerFile(folder, credentials.password)];
  return {
    environment: { GIT_ASKPASS: program },
    descriptors: files.map((file) => file.fd),
    async [Symbol.asyncDispose]() {
      for (const file of files) await file.close();
    },
  };
}

async function answerFile(folder: string, content: string): Promise<FileHandle> {
  const place = join(folder, "answer");
  const file = await open(place, "wx+", 0o600);
  await rm(place);
  await file.write(content, 0);
  return file;
}
