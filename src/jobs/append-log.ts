import { isDuplicateKey } from "../store/store-errors.js";
import type { Store } from "../store/store.js";
import { masked } from "../text/masked.js";
import { printable } from "../text/printable.js";
import { MIB } from "../units.js";
import { pieceId, type PiecePosition } from "./log-position.js";

/** Returns the text with stars for secrets, in every encoding that programs print. */
export const maskSecrets = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((masking, password) => masked(masking, { username: "", password }), text);

export const MAX_CHUNK_BYTES = 64 * 1024;
export const MAX_LOG_BYTES = 64 * MIB;
/** Reserved for the last output of containers: why they ended. */
const MAX_LAST_BYTES = 16 * MIB;
const FULL = "\n[The log has reached 64 MiB: what follows is left out, but for its end.]\n";

/** A piece of output, numbered by its writer within the attempt. */
export interface LogInput extends PiecePosition {
  readonly text: string;
  /** True for the last output of a container. */
  readonly last?: boolean;
}

/** Returns at most so many bytes of the text, in whole characters. */
function truncate(text: string, bytes: number): string {
  const whole = Buffer.from(text);
  if (whole.length <= bytes) return text;
  let end = bytes;
  while (end > 0 && ((whole[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return whole.subarray(0, end).toString();
}

/**
 * Stores a piece of a log without control sequences and secrets. A piece has 64 KiB at most, a job 64 MiB: the rest but
 * the last output is dropped, and the log says so once. A repeated call changes nothing.
 */
export async function appendLog(
  { jobs, logs }: Pick<Store, "jobs" | "logs">,
  piece: LogInput,
  secrets: readonly string[] = [],
): Promise<void> {
  const text = truncate(maskSecrets(printable(piece.text), secrets), MAX_CHUNK_BYTES);
  if (!text) return;
  const size = Buffer.byteLength(text);
  const limit = MAX_LOG_BYTES + (piece.last ? MAX_LAST_BYTES : 0);
  const before = await jobs.findOneAndUpdate(
    { _id: piece.job, log_bytes: { $lt: limit } },
    { $inc: { log_bytes: size } },
    { returnDocument: "before", projection: { log_bytes: 1 } },
  );
  if (!before) return;
  const { job, slot, attempt, seq } = piece;
  const full = before.log_bytes < MAX_LOG_BYTES && before.log_bytes + size >= MAX_LOG_BYTES;
  try {
    await logs.insertOne({
      _id: pieceId(piece),
      job,
      slot,
      attempt,
      seq,
      at: new Date(),
      text: full ? text + FULL : text,
    });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}
