import type { Readiness } from "./http/health.js";
import { systemReason } from "./machine-faults.js";
import type { Store } from "./store/store.js";

/** The parts on which the work of a server rests. */
interface Grounds {
  readonly store: Pick<Store, "now">;
  /** @throws what the operating system says of the folder of the data */
  hasDiskRoom(): boolean;
  /** Returns why the folder of the files cannot be used, or null. */
  filesFault(): Promise<string | null>;
}

const ANSWERS = "answers";
const HAS_ROOM = "has room";

/** The state of the server: if it can do its work, and why not, in words for those who may know. */
export async function readinessOf({ store, hasDiskRoom, filesFault }: Grounds): Promise<Readiness> {
  const [answer, fault] = await Promise.all([storeState(store), filesFault()]);
  const disk = diskState(hasDiskRoom);
  const ok = answer === ANSWERS && disk === HAS_ROOM && fault === null;
  return { ok, detail: { store: answer, disk, files: fault ?? "can be used" } };
}

const storeState = (store: Grounds["store"]): Promise<string> =>
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
