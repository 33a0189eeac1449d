import { randomBytes } from "node:crypto";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { makeDataFolder } from "./make-data-folder.js";
import { makeSecretFile, openSecretFile, SecretFileRefused } from "./secret-file.js";
import type { Settings } from "./settings.js";
import { NO_TOKEN, token as tokens } from "./settings/text-kinds.js";

const FILE = "token";
const BYTES = 32;
/** The longest token, and a line end. */
const MOST_BYTES = 1_026;

/** The token that requests must carry. */
export interface Access {
  /** The bearer token; empty if nobody is asked for one. */
  readonly token: string;
  /** The file that the token is kept in; null if the operator has set it, or there is none. */
  readonly file: string | null;
}

type Asked = Pick<Settings, "ROCAS_DATA" | "ROCAS_TOKEN">;

/**
 * The token that the settings name, else the one in the data folder. The first start makes that one.
 * @throws SecretFileRefused if the file has no token, or others may read it; StoreRefused if the data folder does not do
 */
export async function openAccess(asked: Asked): Promise<Access> {
  if (asked.ROCAS_TOKEN === "") {
    await makeDataFolder(asked.ROCAS_DATA);
    const file = join(asked.ROCAS_DATA, FILE);
    if (!(await isThere(file)))
      await makeSecretFile(file, Buffer.from(`${randomBytes(BYTES).toString("base64url")}\n`), 0o600);
  }
  return findAccess(asked);
}

/**
 * As {@link openAccess}, for a client on the same machine: makes nothing, and has no token if no start has made one.
 * @throws SecretFileRefused
 */
export async function findAccess({ ROCAS_TOKEN, ROCAS_DATA }: Asked): Promise<Access> {
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
  const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST_BYTES), 0, MOST_BYTES, 0);
  const token = tokens.read(buffer.toString("latin1", 0, bytesRead).replace(/\r?\n$/, ""));
  if (token === undefined || token === NO_TOKEN)
    throw new SecretFileRefused(
      `The token file ${path} holds no token, which is ${tokens.takes}. Remove it, and the next start makes one.`,
    );
  return token;
}
