import { randomBytes } from "node:crypto";
import { AwsClient } from "aws4fetch";
import { Bucket } from "../../src/storage/s3/bucket.js";

/** The S3 server of the tests, as `.ci/s3.sh start` prints it. */
export const S3_ENDPOINT = process.env["S3_ENDPOINT"] ?? "";
/** Ends the name of a group of tests that needs the server. */
export const NEEDS_S3 = "(skipped without S3_ENDPOINT: .ci/s3.sh)";

/** The keys of the server that `.ci/s3.sh` starts. */
export const S3_KEYS = { accessKeyId: "rocas-tests", secretAccessKey: "rocas-tests-secret" };
export const REGION = "us-east-1";

const OPTIONS = { ...S3_KEYS, endpoint: S3_ENDPOINT, region: REGION, sessionToken: "" };

/** A bucket of its own, which goes with all that is in it. @param prefix of what the test keeps, with a slash at its end */
export async function openTestBucket(prefix = "") {
  const name = `rocas-${randomBytes(6).toString("hex")}`;
  const operator = new AwsClient({ ...S3_KEYS, service: "s3", region: REGION, retries: 0 });
  const change = async (method: "PUT" | "DELETE") => {
    const answer = await operator.fetch(`${S3_ENDPOINT}/${name}`, { method });
    if (!answer.ok) throw new Error(await answer.text());
  };
  await change("PUT");
  const all = new Bucket({ ...OPTIONS, bucket: name, prefix: "" });
  return {
    name,
    /** What the test keeps. */
    bucket: new Bucket({ ...OPTIONS, bucket: name, prefix }),
    /** The settings of a server that keeps its files there. */
    settings: {
      ROCAS_FILES: `s3://${name}/${prefix}`,
      AWS_ENDPOINT_URL_S3: S3_ENDPOINT,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: S3_KEYS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: S3_KEYS.secretAccessKey,
    },
    /** All keys of the bucket, in their order. */
    async keys(): Promise<string[]> {
      const keys: string[] = [];
      for await (const { key } of all.list()) keys.push(key);
      return keys;
    },
    async [Symbol.asyncDispose]() {
      for (const { key, uploadId } of await all.openUploads()) await all.abortUpload(key, uploadId);
      for await (const { key } of all.list()) await all.remove(key);
      await change("DELETE");
    },
  };
}
