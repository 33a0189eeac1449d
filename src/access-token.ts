import { randomBytes } from "node:crypto";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { makeDataFolder } from "./make-data-folder.js";
import { makeSecretFile, openSecretFile, SecretFileRefused } from "./secret-file.js";
import type { Settings } from "./settings.js";
import { NO_TOKEN, token as tokens } from "./settings/text-kinds.js";

const FILE = "token";
const BYTES = 32;
/** The longest token and a line end. */
const MAX_BYTES = 1_026;

/** The token that requests must carry. */
export interface Access {
  /** The bearer token; empty if requests need none. */
  readonly token: string;
  /** The file with the token; null if the operator has set the token or there is none. */
  readonly file: string | null;
}

type AccessSettings = Pick<Settings, "ROCAS_DATA" | "ROCAS_TOKEN">;

/**
 * Returns the token of the settings, or the one in the data folder, which the first start makes.
 * @throws SecretFileRefused if the file has no token, or others may read it
 * @throws StoreRefused if the data folder cannot be used
 */
export async function openAccess(settings: AccessSettings): Promise<Access> {
  if (settings.ROCAS_TOKEN === "") {
    await makeDataFolder(settings.ROCAS_DATA);
    const file = join(settings.ROCAS_DATA, FILE);
    if (!(await isThere(file)))
      await makeSecretFile(file, Buffer.from(`${randomBytes(BYTES).toString("base64url")}\n`), 0o600);
  }
  return findAccess(settings);
}

/**
 * As {@link openAccess}, for a client on the same machine: makes no token, and returns an empty one if there is none.
 * @throws SecretFileRefused
 */
export async function findAccess({ ROCAS_TOKEN, ROCAS_DATA }: AccessSettings): Promise<Access> {
  if (ROCAS_TOKEN !== "") return { token: ROCAS_TOKEN === NO_TOKEN ? "" : ROCAS_TOKEN, file: null };
  const file = join(ROCAS_DATA, FILE);
  return (await isThere(file)) ? { token: await readToken(file), file } : { token: "", file: null };
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== "ENOENT",
  );

async function readToken(path: string): Promise<string> {
  await using file = await openSecretFile(path, "token file", "600");
  const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, 0);
  const token = tokens.read(buffer.toString("latin1", 0, bytesRead).replace(/\r?\n$/, ""));
  if (token === undefined || token === NO_TOKEN)
    throw new SecretFileRefused(
      `The token file ${path} holds no token, which is ${tokens.takes}. Remove it, and the next start makes one.`,
    );
  return token;
}
