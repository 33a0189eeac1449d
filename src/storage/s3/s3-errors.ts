import { DiskFull, FilesUnavailable } from "../../machine-faults.js";
import { parseXml, textOf } from "./xml.js";

/** The status if an object has another tag than was asked for, or is there and must not be. */
export const PRECONDITION_FAILED = 412;

/** A refusal by S3 that is neither about access nor room: the request itself was wrong. */
export class S3Refusal extends Error {
  constructor(
    readonly status: number,
    /** S3's own word for it, as `NoSuchKey`; empty if the answer had none. */
    readonly code: string,
    request: string,
  ) {
    super(`The bucket refused ${request}: ${code || status}.`);
  }
}

/** What S3, MinIO, Ceph and gateways over a disk say if nothing more fits. */
const FULL = new Set([
  "QuotaExceeded",
  "InsufficientStorage",
  "XMinioStorageFull",
  "XMinioAdminBucketQuotaExceeded",
  "InsufficientCapacity",
]);
const FULL_STATUS = 507;

const REASONS: Readonly<Record<string, string>> = {
  NoSuchBucket: "the bucket is not there",
  InvalidAccessKeyId: "the bucket does not know the access key",
  XAdminUserNotFound: "the bucket does not know the access key",
  SignatureDoesNotMatch: "the bucket refuses the secret of the access key",
  ExpiredToken: "the session token of the access key has expired",
  RequestTimeTooSkewed: "the clock of this machine and that of the bucket differ",
  PermanentRedirect: "the bucket lies in another region, or at another endpoint",
  AuthorizationHeaderMalformed: "the bucket lies in another region",
};

/** Returns the code in the answer of S3; empty if it has none. */
export function codeIn(body: string): string {
  try {
    return textOf(parseXml(body), "Code");
  } catch {
    return "";
  }
}

/** Returns the error for an answer that is none of success. */
export function errorOf(status: number, code: string, request: string): Error {
  const refusal = new S3Refusal(status, code, request);
  if (FULL.has(code) || status === FULL_STATUS) return new DiskFull(refusal, "bucket");
  const reason = REASONS[code];
  if (reason) return new FilesUnavailable(`${reason} (${code})`, refusal);
  if (status === 401 || status === 403)
    return new FilesUnavailable(`the bucket refuses access (${code || status})`, refusal);
  if (status >= 500 || status === 429 || (status >= 300 && status < 400))
    return new FilesUnavailable(`the bucket fails (${code || status})`, refusal);
  return refusal;
}

/** Returns the error for a bucket that gave no answer. */
export function unreachable(error: unknown): FilesUnavailable {
  const { cause, name } = error as { cause?: { code?: string }; name?: string };
  return new FilesUnavailable(`the bucket does not answer (${cause?.code ?? name ?? "no code"})`, error);
}

/** True if the answer says that there is no such object. HEAD has no code. */
export const isMissing = (error: unknown): boolean =>
  error instanceof S3Refusal && error.status === 404 && ["", "NoSuchKey", "NotFound"].includes(error.code);
