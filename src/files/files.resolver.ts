import { GraphQLSafeInt } from "graphql-scalars";
import { Arg, Args, type ClassType, Ctx, FieldResolver, Mutation, Resolver, Root } from "type-graphql";
import { type Connection, connection, type Page } from "../graph/connection.js";
import { Input, intentOf } from "../graph/mutation-input.js";
import { FileHolder, type Holder, Manifest, StoredFileConnection } from "../graph/manifest.js";
import { Reads } from "../graph/reads.js";
import { DirectUpload, FileUpload, StoredFile } from "../graph/stored-file.js";
import type { Order } from "../lists/order.js";
import { PageArgs, type PageRequest, pageRequest } from "../lists/page.js";
import type { RequestContext } from "../request-context.js";
import { addFiles } from "./add-files.js";
import { confirmUpload } from "./confirm-upload.js";
import { MAX_INLINE_FILES, partId, sortedByName, summaryOf } from "./file-lists.js";
import { fileBytesOf, type FileRecord } from "./file-record.js";
import { fileListOf, isManifestOpen } from "./files-of.js";
import { AddFilesInput, ConfirmUploadInput, RenewUploadsInput } from "./files.inputs.js";
import { listMissing } from "./missing-files.js";
import { type AnnouncedUpload, directUpload, renewUploads, uploadsOf } from "./uploads.js";

/** Makes the resolver of `files` and `manifest`. */
export function filesResolver(holder: () => ClassType<object>) {
  @Resolver(holder)
  class FilesResolver {
    @FieldResolver(() => [StoredFile], {
      description: "All its files. Use `manifest` to read very many in pages.",
    })
    @Reads(["_id", "files", "manifest", "file_list"])
    files(@Root() root: Holder, @Ctx() { loaders }: RequestContext) {
      return fileListOf(root) === null ? root.files : loaders.filesOfHolder.load(root);
    }

    @FieldResolver(() => Manifest, {
      description: "Its files in pages, with their number, their size and a checksum of all.",
    })
    @Reads(["_id", "files", "manifest", "file_list"])
    manifest(@Root() root: Holder): Manifest {
      const { count, bytes, sha256 } = root.manifest ?? summaryOf(sortedByName(root.files));
      return { count, bytes, sha256: sha256 ?? null, complete: !isManifestOpen(root), holder: root };
    }
  }
  return FilesResolver;
}

/** Makes the resolver of a record's other file fields. */
export function uploadsResolver(record: () => ClassType<object>) {
  @Resolver(record)
  class RecordUploadsResolver {
    @FieldResolver(() => GraphQLSafeInt, {
      description:
        "Bytes of its files: those of its archive if it is compressed, else their sum. Content that other records have too counts here as well, though it is kept once.",
    })
    @Reads(["files.size", "manifest", "archive"])
    bytes(@Root() root: FileRecord) {
      return fileBytesOf(root);
    }

    @FieldResolver(() => [FileUpload], {
      description:
        "The addresses to which missing files of the manifest are sent, 250 at most; empty once no file is missing, and while more may be added.",
    })
    @Reads(["_id", "state", "files", "manifest", "file_list", "received"])
    uploads(
      @Root() root: FileRecord,
      @Arg("after", () => String, {
        nullable: true,
        description: "Only files whose names come after this one, in their bytes.",
      })
      after: string | null,
      @Ctx() { app }: RequestContext,
    ) {
      return uploadsOf(app, root, after ?? "");
    }
  }
  return RecordUploadsResolver;
}

/** Sorts by the index in the sorted list. */
const NAME: Order = { name: "name", indexed: "name", keys: [], direction: 1, isUnique: true };

@Resolver(() => Manifest)
export class ManifestResolver {
  @FieldResolver(() => StoredFileConnection, { description: "The files in the order of their names, in their bytes." })
  async files(
    @Root() { holder, count }: Manifest,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<StoredFile>> {
    const { settings, cursors } = context.app;
    const list = `Manifest ${holder._id}`;
    const request = pageRequest(args, NAME, { maxPerPage: settings.ROCAS_MAX_PAGE, cursors, list });
    const { from, to, begin, end } = span(request, count);
    return connection(await pageOf(context, holder, { from, to, hasMore: to - from < end - begin }), request, {
      cursorOf: (position) => cursors.write(list, position),
      hasAny: (side) => Promise.resolve(side === "after" ? begin > 0 : end < count),
      totalCount: () => Promise.resolve(count),
    });
  }
}

const placeOf = (end: PageRequest["after"]): number => Number(end?.position.id);

/** Returns the range between the cursors and the page in it. */
function span({ after, before, limit, backward }: PageRequest, count: number) {
  const begin = after ? placeOf(after) + 1 : 0;
  const end = Math.max(before ? placeOf(before) : count, begin);
  return backward
    ? { begin, end, from: Math.max(begin, end - limit), to: end }
    : { begin, end, from: begin, to: Math.min(end, begin + limit) };
}

async function pageOf(
  context: RequestContext,
  holder: Holder,
  { from, to, hasMore }: { readonly from: number; readonly to: number; readonly hasMore: boolean },
): Promise<Page<StoredFile>> {
  const files = await slice(context, holder, from, to);
  return { records: files.map((record, at) => ({ record, position: { values: [], id: String(from + at) } })), hasMore };
}

async function slice(
  { app, loaders }: RequestContext,
  holder: Holder,
  from: number,
  to: number,
): Promise<readonly StoredFile[]> {
  if (to <= from) return [];
  if (isManifestOpen(holder)) return listMissing(app.store, holder._id, { skip: from, limit: to - from });
  const list = fileListOf(holder);
  if (list === null) return sortedByName(holder.files).slice(from, to);
  const first = Math.floor(from / MAX_INLINE_FILES);
  const last = Math.floor((to - 1) / MAX_INLINE_FILES);
  const ids = Array.from({ length: last - first + 1 }, (_, at) => partId(list, first + at));
  const parts = await Promise.all(ids.map((id) => loaders.fileListPart.load(id)));
  const offset = first * MAX_INLINE_FILES;
  return parts.flatMap((part) => part?.files ?? []).slice(from - offset, to - offset);
}

@Resolver(() => FileUpload)
export class FileUploadResolver {
  @FieldResolver(() => DirectUpload, {
    nullable: true,
    description:
      "An address in the bucket of the files. Null if the server keeps none, or clients do not reach it; of `lightweight` records; and above 5 GiB: send the bytes to `url` then.",
  })
  direct(@Root() upload: AnnouncedUpload, @Ctx() { app }: RequestContext): Promise<DirectUpload | null> {
    return directUpload(app, upload);
  }
}

@Resolver()
export class UploadsResolver {
  @Mutation(() => [FileUpload], {
    description: "Fresh addresses for the files that are still missing, for the first 250 of very many.",
  })
  renewUploads(@Input(() => RenewUploadsInput) input: RenewUploadsInput, @Ctx() { app, caller }: RequestContext) {
    return renewUploads(app, intentOf(caller, "renewUploads", input), input);
  }

  @Mutation(() => FileHolder, {
    description:
      "Says that a file was sent to the `direct` address of its upload. Its size and checksum are verified with the bucket before the record has it; the last file makes the record READY.",
  })
  confirmUpload(@Input(() => ConfirmUploadInput) input: ConfirmUploadInput, @Ctx() { app, caller }: RequestContext) {
    return confirmUpload(app, intentOf(caller, "confirmUpload", input), input);
  }

  @Mutation(() => FileHolder, {
    description:
      "Adds files to the manifest of a dataset or a model version that was made with `moreFiles`. With `complete` its files can be sent: see `uploads`.",
  })
  addFiles(@Input(() => AddFilesInput) input: AddFilesInput, @Ctx() { app, caller }: RequestContext) {
    return addFiles(app, intentOf(caller, "addFiles", input), input);
  }
}
