import { EJSON } from "bson";

/** An answer in a form that compares to the last bit: types and order of fields included. */
export async function answerOf(ask: () => Promise<unknown>): Promise<string> {
  try {
    return EJSON.stringify(await ask(), { relaxed: false });
  } catch (error) {
    const { code, message } = error as { code?: number; message: string };
    return code === undefined ? `failed: ${message}` : `refused with ${code}`;
  }
}
