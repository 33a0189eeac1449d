import { type FileHandle, open, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Credentials } from "../../runtime/image-builder.js";

/** Lets git ask for credentials: a program to ask, and the open files in which it finds the answers. */
export interface Askpass extends AsyncDisposable {
  readonly environment: Readonly<Record<string, string>>;
  readonly descriptors: readonly number[];
}

// Each look at /dev/fd begins at the start of the file.
const PROGRAM = `#!/bin/sh
case "$1" in
  Username*) exec cat /dev/fd/3 ;;
  *) exec cat /dev/fd/4 ;;
esac
`;

/** The credentials are in files without a name from before their first byte: they outlive no crash and stand in no list. */
export async function openAskpass(folder: string, credentials: Credentials | null): Promise<Askpass | null> {
  if (!credentials) return null;
  const program = join(folder, "askpass");
  await writeFile(program, PROGRAM, { mode: 0o700 });
  const files = [await nameless(folder, credentials.username), await nameless(folder, credentials.password)];
  return {
    environment: { GIT_ASKPASS: program },
    descriptors: files.map((file) => file.fd),
    async [Symbol.asyncDispose]() {
      for (const file of files) await file.close();
    },
  };
}

async function nameless(folder: string, content: string): Promise<FileHandle> {
  const place = join(folder, "answer");
  const file = await open(place, "wx+", 0o600);
  await rm(place);
  await file.write(content, 0);
  return file;
}
