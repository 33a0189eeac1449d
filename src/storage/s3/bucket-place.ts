import { type FilesPlace, MARKER, settingOf } from "../../files/claim-files.js";
import { FilesUnavailable } from "../../machine-faults.js";
import { StoreRefused } from "../../store/store-errors.js";
import type { Bucket } from "./bucket.js";
import { PRECONDITION_FAILED, S3Refusal } from "./s3-errors.js";

/** The prefix of a bucket as a place of an installation. */
export function bucketPlace(bucket: Bucket): FilesPlace {
  const { name } = bucket;
  return {
    name,
    markerName: `${name}${MARKER}`,
    readMarker: () => readMarker(bucket),
    async writeMarker(cluster) {
      // Another installation may be claiming the prefix: the first one has it.
      await bucket.put(MARKER, Buffer.from(`${cluster}\n`), { "if-none-match": "*" }).catch((error: unknown) => {
        if (!(error instanceof S3Refusal && error.status === PRECONDITION_FAILED)) throw refusal(bucket, error);
      });
    },
    removeMarker: () => bucket.remove(MARKER),
    adviceIfForeign: "set ROCAS_FILES to the prefix of this one, or to an empty one if it is new.",
    adviceIfLost: "the objects are missing, or their marker. Restore them",
    adviceIfElsewhere: (known) =>
      settingOf(known) === "ROCAS_FILES"
        ? "set ROCAS_FILES to it."
        : `leave ROCAS_FILES out, or stop all processes and copy what is in that folder to ${name}.`,
  };
}

async function readMarker(bucket: Bucket): Promise<string | null> {
  try {
    const answer = await bucket.get(MARKER);
    return (answer && (await answer.text()).trim()) || null;
  } catch (error) {
    throw refusal(bucket, error);
  }
}

// The start ends with it, and its sentence is for the operator.
const refusal = ({ name }: Bucket, error: unknown): unknown =>
  error instanceof S3Refusal
    ? new StoreRefused(`${name} cannot be used. ${error.message}`, { cause: error })
    : error instanceof FilesUnavailable
      ? new StoreRefused(`${name} cannot be used: ${error.reason}.`, { cause: error })
      : error;

/** Returns why the files in the bucket cannot be used, or null. */
export async function bucketFault(bucket: Bucket, cluster: string): Promise<string | null> {
  try {
    const answer = await bucket.get(MARKER);
    const found = answer && (await answer.text()).trim();
    if (found === null) return "their marker is not in the bucket";
    return found === cluster ? null : "their prefix in the bucket is that of another installation";
  } catch (error) {
    if (error instanceof FilesUnavailable) return error.reason;
    if (error instanceof S3Refusal) return error.message;
    throw error;
  }
}
