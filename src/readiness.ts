import type { Readiness } from "./http/health.js";
import { systemReason } from "./machine-faults.js";
import type { Store } from "./store/store.js";

/** The parts that a server needs for its work. */
interface Checked {
  readonly store: Pick<Store, "now">;
  /** @throws what the operating system says of the folder of the data */
  hasDiskRoom(): boolean;
  /** Returns why the folder of the files cannot be used, or null. */
  filesFault(): Promise<string | null>;
}

const ANSWERS = "answers";
const HAS_ROOM = "has room";

/** Returns if the server can do its work, with the state of each part for authorized callers. */
export async function readinessOf({ store, hasDiskRoom, filesFault }: Checked): Promise<Readiness> {
  const [answer, fault] = await Promise.all([storeState(store), filesFault()]);
  const disk = diskState(hasDiskRoom);
  const ok = answer === ANSWERS && disk === HAS_ROOM && fault === null;
  return { ok, detail: { store: answer, disk, files: fault ?? "can be used" } };
}

const storeState = (store: Checked["store"]): Promise<string> =>
  store.now().then(
    () => ANSWERS,
    () => "does not answer",
  );

function diskState(hasDiskRoom: () => boolean): string {
  try {
    return hasDiskRoom() ? HAS_ROOM : "is full";
  } catch (error) {
    return systemReason(error);
  }
}
