import { Readable } from "node:stream";
import { pack } from "tar-stream";

/** A build context with these files. */
export function tarOf(files: Readonly<Record<string, string>>): Readable {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name, mtime: new Date(0) }, content);
  archive.finalize();
  return Readable.from(archive, { objectMode: false });
}
