/** A place in a bucket, from `s3://BUCKET/PREFIX`. */
export interface BucketAddress {
  readonly bucket: string;
  /** Empty, or with a slash at its end. */
  readonly prefix: string;
}

/** Reads what the setting `ROCAS_FILES` has let through. */
export function bucketAddress(text: string): BucketAddress {
  const [bucket = "", ...folders] = text.slice("s3://".length).split("/");
  return {
    bucket,
    prefix: folders
      .filter((each) => each !== "")
      .map((each) => `${each}/`)
      .join(""),
  };
}
