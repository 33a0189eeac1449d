import { chooseOnce } from "../store/choose-once.js";
import { StoreRefused } from "../store/store-errors.js";
import type { Store } from "../store/store.js";

/** Name of what holds the id of the installation, beside its files. */
export const MARKER = "installation";
/** The id of the place of the files in the store. */
const PLACE_ID = "files_folder";

/** A place that can hold the files of an installation. */
export interface FilesPlace {
  /** The absolute path of a folder, or `s3://BUCKET/PREFIX`. */
  readonly name: string;
  /** The marker's name, in the words of the place. */
  readonly markerName: string;
  /** Returns the id in the marker, or null. @throws StoreRefused if it cannot be read */
  readMarker(): Promise<string | null>;
  /** Writes it as a whole or not at all. */
  writeMarker(cluster: string): Promise<void>;
  removeMarker(): Promise<void>;
  /** Says what to do if the place is another installation's. */
  readonly adviceIfForeign: string;
  /** Says what is missing if the marker is not there, and how to mend it. */
  readonly adviceIfLost: string;
  /** Says what to do if the files lie elsewhere. @param known the name of that place */
  adviceIfElsewhere(known: string): string;
}

/**
 * Checks that the place holds the files of this installation: all processes on one store share it. A place with its
 * marker may be moved. The first place of an installation gets a marker.
 * @param cluster the id of the installation
 * @throws StoreRefused naming the places if it is another one.
 */
export async function claimFiles(
  place: FilesPlace,
  cluster: string,
  { installation }: Pick<Store, "installation">,
): Promise<void> {
  const found = await place.readMarker();
  if (found === null) return claim(place, cluster, { installation });
  refuseForeign(place, found, cluster);
  const kept = await installation.findOne({ _id: PLACE_ID });
  if (kept?.value !== place.name)
    await installation.updateOne({ _id: PLACE_ID }, { $set: { value: place.name } }, { upsert: true });
}

function refuseForeign({ name, adviceIfForeign }: FilesPlace, found: string | null, cluster: string): void {
  if (found !== null && found !== cluster)
    throw new StoreRefused(
      `${name} holds the files of another installation: ${adviceIfForeign} If the store was lost, restore it with its files and keys of one moment.`,
    );
}

async function claim(place: FilesPlace, cluster: string, store: Pick<Store, "installation">): Promise<void> {
  const { name } = place;
  const kept = await store.installation.findOne({ _id: PLACE_ID });
  if (!kept) await place.writeMarker(cluster);
  // Another installation may have been faster.
  if (!kept) refuseForeign(place, await place.readMarker(), cluster);
  const known = await chooseOnce(store, PLACE_ID, () => name);
  if (!kept && known === name) return;
  // Another process was faster with a place of its own.
  if (!kept) await place.removeMarker();
  const mark = `write ${cluster} into ${place.markerName}`;
  throw new StoreRefused(
    known === name
      ? `The files of this installation lie in ${name}, and are not there: ${place.adviceIfLost}; if all files are there, ${mark}.`
      : `The files of this installation lie in ${known}, and ${name} is another place. Every process needs the same one: ${place.adviceIfElsewhere(known)} If ${name} is that place, without its marker (a restored backup, a disk that was not mounted), ${mark}.`,
  );
}

/** Returns what to set so that a process uses the place of that name. */
export const settingOf = (known: string): string => (known.startsWith("s3://") ? "ROCAS_FILES" : "ROCAS_DATA");
