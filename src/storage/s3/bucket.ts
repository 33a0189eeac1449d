import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { AwsV4Signer } from "aws4fetch";
import { jittered } from "../../jitter.js";
import { MINUTE_MS } from "../../units.js";
import type { BucketAddress } from "./bucket-address.js";
import { codeIn, errorOf, isMissing, S3Refusal, unreachable } from "./s3-errors.js";
import { childrenOf, parseXml, textOf, type XmlElement } from "./xml.js";

export interface BucketOptions extends BucketAddress {
  /** The origin of the server, as `https://s3.eu-central-1.amazonaws.com`. */
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Empty for lasting keys. */
  readonly sessionToken: string;
}

/** An object as a list names it. */
export interface ListedObject {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly modifiedAt: Date;
}

/** A multipart upload that has not ended. */
export interface OpenUpload {
  readonly key: string;
  readonly uploadId: string;
  readonly begunAt: Date;
}

/** A part that has arrived. */
export interface UploadedPart {
  readonly number: number;
  readonly etag: string;
}

interface S3Request {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** Below the prefix; the bucket itself if it is left out. */
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
}

const TRIES = 4;
const PAUSE_MS = 100;
/** The time until the answer begins: a part has 8 MiB. */
const ANSWER_MS = 2 * MINUTE_MS;
const MAX_UPLOADS = 1_000;
const EMPTY = new Uint8Array();

/**
 * A bucket, or what lies below a prefix of it, at any S3 server. Keys are those below the prefix. The address has the
 * bucket in its path. A request without an answer, or one that the server was too busy for, is sent four times.
 * @throws FilesUnavailable, DiskFull, S3Refusal
 */
export class Bucket {
  private readonly signingKeys = new Map<string, ArrayBuffer>();

  constructor(private readonly options: BucketOptions) {}

  /** The place, for people. */
  get name(): string {
    return `s3://${this.options.bucket}/${this.options.prefix}`;
  }

  /** Returns the answer, whose body is to be read or cancelled; null if there is no such object. */
  async get(key: string, headers: Readonly<Record<string, string>> = {}): Promise<Response | null> {
    return this.send({ method: "GET", key, headers }).catch(nullIfMissing);
  }

  /** Returns the headers of an object, or null. */
  async head(key: string, headers: Readonly<Record<string, string>> = {}): Promise<Headers | null> {
    const answer = await this.send({ method: "HEAD", key, headers }).catch(nullIfMissing);
    return answer && answer.headers;
  }

  /** Writes an object, whose bytes the server checks. Returns its tag. */
  async put(
    key: string,
    body: Uint8Array<ArrayBuffer>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    return etagOf(await this.sendRead({ method: "PUT", key, body, headers }));
  }

  /** Removes an object. Resolves also if there is none. */
  async remove(key: string): Promise<void> {
    await this.sendRead({ method: "DELETE", key }).catch(nullIfMissing);
  }

  /** Copies an object of at most 5 GiB, if it still has the tag. */
  async copy(from: { readonly key: string; readonly etag: string }, to: string): Promise<void> {
    const { text } = await this.sendRead({ method: "PUT", key: to, headers: this.sourceHeaders(from) });
    this.refuseError(text, "a copy");
  }

  /** Lists the objects whose keys begin so, in the order of their keys. */
  async *list(begin = ""): AsyncGenerator<ListedObject> {
    const { prefix } = this.options;
    for (let token = ""; ;) {
      const page = await this.sendXml({
        method: "GET",
        query: {
          "list-type": "2",
          prefix: prefix + begin,
          ...(token ? { "continuation-token": token } : {}),
        },
      });
      for (const each of childrenOf(page, "Contents"))
        yield {
          key: textOf(each, "Key").slice(prefix.length),
          size: Number(textOf(each, "Size")),
          etag: textOf(each, "ETag"),
          modifiedAt: new Date(textOf(each, "LastModified")),
        };
      token = textOf(page, "NextContinuationToken");
      if (textOf(page, "IsTruncated") !== "true" || !token) return;
    }
  }

  async beginUpload(key: string): Promise<string> {
    return textOf(await this.sendXml({ method: "POST", key, query: { uploads: "" } }), "UploadId");
  }

  async uploadPart(
    key: string,
    uploadId: string,
    number: number,
    body: Uint8Array<ArrayBuffer>,
  ): Promise<UploadedPart> {
    const query = { partNumber: String(number), uploadId };
    return { number, etag: etagOf(await this.sendRead({ method: "PUT", key, query, body })) };
  }

  /** Makes a part of an object that is there, if it still has the tag. It needs 5 MiB, but for the last part. */
  async copyPart(
    key: string,
    uploadId: string,
    number: number,
    from: { readonly key: string; readonly etag: string },
  ): Promise<UploadedPart> {
    const query = { partNumber: String(number), uploadId };
    const { text } = await this.sendRead({ method: "PUT", key, query, headers: this.sourceHeaders(from) });
    this.refuseError(text, "a part");
    return { number, etag: textOf(parseXml(text), "ETag") };
  }

  /** Makes the object of its parts. Repeatable: an upload that is no more was completed, if the object is there. */
  async completeUpload(key: string, uploadId: string, parts: readonly UploadedPart[]): Promise<void> {
    const list = parts.map(({ number, etag }) => `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`);
    const body = Buffer.from(`<CompleteMultipartUpload>${list.join("")}</CompleteMultipartUpload>`);
    try {
      const { text } = await this.sendRead({ method: "POST", key, query: { uploadId }, body });
      this.refuseError(text, "the end of an upload");
    } catch (error) {
      const isEnded = error instanceof S3Refusal && error.code === "NoSuchUpload";
      if (!isEnded || !(await this.head(key))) throw error;
    }
  }

  /** Resolves also if there is no such upload. */
  async abortUpload(key: string, uploadId: string): Promise<void> {
    await this.sendRead({ method: "DELETE", key, query: { uploadId } }).catch((error: unknown) => {
      if (!(error instanceof S3Refusal && error.status === 404)) throw error;
    });
  }

  /** Returns multipart uploads that have not ended, 1,000 at most. */
  async openUploads(): Promise<readonly OpenUpload[]> {
    const { prefix } = this.options;
    const query = { uploads: "", prefix, "max-uploads": String(MAX_UPLOADS) };
    return childrenOf(await this.sendXml({ method: "GET", query }), "Upload").map((each) => ({
      key: textOf(each, "Key").slice(prefix.length),
      uploadId: textOf(each, "UploadId"),
      begunAt: new Date(textOf(each, "Initiated")),
    }));
  }

  private sourceHeaders({ key, etag }: { readonly key: string; readonly etag: string }): Record<string, string> {
    const { bucket, prefix } = this.options;
    return { "x-amz-copy-source": `/${bucket}/${prefix}${key}`, "x-amz-copy-source-if-match": etag };
  }

  /** Some requests are answered with 200 before they fail. */
  private refuseError(text: string, request: string): void {
    const code = codeIn(text);
    if (code) throw errorOf(500, code, request);
  }

  private async sendXml(request: S3Request): Promise<XmlElement> {
    const { text } = await this.sendRead(request);
    try {
      return parseXml(text);
    } catch (error) {
      throw unreachable(
        Object.assign(new Error("What answers is no S3 server.", { cause: error }), { name: "no XML" }),
      );
    }
  }

  private async sendRead(request: S3Request): Promise<{ readonly headers: Headers; readonly text: string }> {
    const answer = await this.send(request);
    try {
      return { headers: answer.headers, text: await answer.text() };
    } catch (error) {
      throw unreachable(error);
    }
  }

  private async send(request: S3Request): Promise<Response> {
    for (let tries = 1; ; tries += 1) {
      const isLast = tries === TRIES;
      try {
        const answer = await this.sendOnce(request);
        if (answer.ok) return answer;
        const what = `${request.method} of ${request.key ?? "the bucket"}`;
        const code = codeIn(await answer.text());
        const isBusy = answer.status >= 500 || answer.status === 429 || code === "OperationAborted";
        const error = errorOf(answer.status, code, what);
        if (!isBusy || isLast || error instanceof S3Refusal) throw error;
      } catch (error) {
        if (!isUnanswered(error)) throw error;
        if (isLast) throw unreachable(error);
      }
      await pause(jittered(PAUSE_MS * 3 ** tries));
    }
  }

  /**
   * Returns an address by which anybody may send that request for a time. Its headers are signed: the request must have
   * them.
   */
  async presign({ method, key, query = {}, headers = {} }: S3Request, lifetimeMs: number): Promise<string> {
    const expires = { "X-Amz-Expires": String(Math.ceil(lifetimeMs / 1_000)) };
    const { url } = await this.signer({ method, key, query: { ...query, ...expires }, headers }, true).sign();
    // A blank is a plus in forms alone.
    return url.href.replaceAll("+", "%20");
  }

  private async sendOnce({ body, ...request }: S3Request): Promise<Response> {
    const sha256 = createHash("sha256")
      .update(body ?? EMPTY)
      .digest("hex");
    const headers = { ...request.headers, "x-amz-content-sha256": sha256 };
    const signed = await this.signer({ ...request, headers }, false).sign();
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), ANSWER_MS);
    try {
      // A redirect would take the signature elsewhere.
      const { method } = request;
      return await fetch(signed.url, {
        method,
        headers: signed.headers,
        body,
        redirect: "manual",
        signal: late.signal,
      });
    } finally {
      clearTimeout(timer);
    }
  }

  private signer({ method, key, query = {}, headers = {} }: S3Request, signQuery: boolean): AwsV4Signer {
    const { endpoint, bucket, prefix, region, accessKeyId, secretAccessKey, sessionToken } = this.options;
    const url = new URL(`${endpoint}/${bucket}${key === undefined ? "" : `/${prefix}${key}`}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return new AwsV4Signer({
      method,
      url: url.href,
      headers,
      service: "s3",
      region,
      accessKeyId,
      secretAccessKey,
      ...(sessionToken ? { sessionToken } : {}),
      ...(signQuery ? { signQuery, allHeaders: true } : {}),
      cache: this.signingKeys,
    });
  }
}

function nullIfMissing(error: unknown): null {
  if (isMissing(error)) return null;
  throw error;
}

/** True if there was no answer, or none in time. `fetch` gives the cause in its TypeError. */
const isUnanswered = (error: unknown): boolean =>
  (error instanceof TypeError && error.cause !== undefined) || (error as Error).name === "AbortError";

const etagOf = ({ headers }: { readonly headers: Headers }): string => headers.get("etag") ?? "";
