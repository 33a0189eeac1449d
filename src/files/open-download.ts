import type { App } from "../app.js";
import { notFound } from "../errors.js";
import { kindOf } from "../graph/id.js";
import { byId } from "../store/current.js";
import { fileRecord } from "./file-record.js";
import { openArchive, type OpenedArchive, openFile } from "./open-file.js";

/** The name under which a download is saved, and its content. */
export type Download = OpenedArchive & { readonly name: string };

/**
 * One file of a dataset or version, the whole of it as a tar.gz, or the executed notebook of a training.
 * @throws NOT_FOUND, CONFLICT if files are still missing.
 */
export async function openDownload(
  app: App,
  { record: id, name }: { readonly record: string; readonly name: string | null },
): Promise<Download> {
  if (kindOf(id) === "train") return openOutput(app, id);
  const record = await fileRecord(app.store, id);
  if (!record) throw notFound("record");
  return name === null
    ? { ...(await openArchive(app, record)), name: `${record.name}.tar.gz` }
    : { ...(await openFile(app, record, name)), name };
}

async function openOutput({ store, files }: App, id: string): Promise<Download> {
  const [training] = await byId(store.trainings, [id]);
  if (!training?.output) throw notFound("executed notebook");
  const { sha256, size } = training.output;
  return { read: (range) => files.read(sha256, range), size, sha256, name: `${training.name}.ipynb` };
}
