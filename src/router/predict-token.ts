import { carriesToken } from "../http/bearer-token.js";

export interface PredictTokens {
  /** ROCAS_TOKEN, or empty. */
  readonly token: string;
  /** ROCAS_PREDICT_TOKEN, or empty. */
  readonly predictToken: string;
}

/** True if the `Authorization` header carries one of the tokens that are set; without any, everybody may predict. */
export function mayPredict(authorization: string | undefined, { token, predictToken }: PredictTokens): boolean {
  const accepted = [token, predictToken].filter((each) => each !== "");
  // Every one is compared: which of them was given does not show in the time taken.
  return accepted.length === 0 || accepted.map((each) => carriesToken(authorization, each)).includes(true);
}
