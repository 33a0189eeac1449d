import type { IncomingHttpHeaders } from "node:http";
import { DomainError } from "../errors.js";

/** Version of the core protocol of resumable uploads, https://tus.io/protocols/resumable-upload. */
export const TUS_VERSION = "1.0.0";
export const TUS_CONTENT = "application/offset+octet-stream";

const NUMBER = /^(?:0|[1-9]\d{0,15})$/;

const refuse = (message: string): never => {
  throw new DomainError("BAD_USER_INPUT", message);
};

/** Returns the offset of a PATCH. @throws BAD_USER_INPUT if it exceeds the file. */
export function patchOffset(headers: IncomingHttpHeaders, size: number): number {
  const text = headers["upload-offset"];
  if (typeof text !== "string" || !NUMBER.test(text))
    return refuse("A PATCH says by Upload-Offset from which byte on it sends: HEAD says how many are there.");
  const length = headers["content-length"];
  if (length === undefined || !NUMBER.test(length)) return refuse("A PATCH needs a Content-Length.");
  const offset = Number(text);
  if (offset + Number(length) > size)
    return refuse(`The file was declared with ${size} bytes; this would lead beyond its end.`);
  return offset;
}

/** Returns the headers that answer HEAD and PATCH. */
export const uploadHeaders = ({ offset, state }: { offset: number; state: string }, size: number) => ({
  "tus-resumable": TUS_VERSION,
  "upload-offset": String(offset),
  "upload-length": String(size),
  "rocas-state": state,
  "cache-control": "no-store",
});
