import { createHash, timingSafeEqual } from "node:crypto";

export interface PredictTokens {
  /** ROCAS_TOKEN, or empty. */
  readonly token: string;
  /** ROCAS_PREDICT_TOKEN, or empty. */
  readonly predictToken: string;
}

/** Whether the `Authorization` header carries one of the tokens that are set; without any, everybody may predict. */
export function mayPredict(authorization: string | undefined, { token, predictToken }: PredictTokens): boolean {
  const accepted = [token, predictToken].filter((each) => each !== "");
  if (accepted.length === 0) return true;
  const given = digestOf(/^bearer +(\S+)$/i.exec(authorization ?? "")?.[1] ?? "");
  // Every token is compared, and by its hash: neither its length nor how much of it is right shows in the time taken.
  return accepted.map((each) => timingSafeEqual(digestOf(each), given)).includes(true);
}

const digestOf = (text: string): Buffer => createHash("sha256").update(text).digest();
