import { constants, open } from "node:fs";
import { Socket } from "node:net";
import { promisify } from "node:util";

/** The FIFO in a run's folder that its supervisor keeps open for writing while it lives. */
export const ALIVE = "alive";

type OnEnd = (job: string) => void;

/**
 * Tells of the end of runs, without asking: the system closes the FIFO of a supervisor with it, however it ends. A run
 * without a FIFO is not followed.
 */
export class RunWatch {
  private readonly followed = new Map<string, Socket>();
  private readonly listeners = new Set<OnEnd>();

  add(onEnd: OnEnd): Disposable {
    this.listeners.add(onEnd);
    return {
      [Symbol.dispose]: () => {
        this.listeners.delete(onEnd);
        if (this.listeners.size === 0) for (const socket of this.followed.values()) socket.destroy();
      },
    };
  }

  /** Follows a run that has begun. @param id of the run @param path of its FIFO */
  async follow({ id, job }: { readonly id: string; readonly job: string }, path: string): Promise<void> {
    if (this.listeners.size === 0 || this.followed.has(id)) return;
    const fd = await openToRead(path);
    if (fd === null) return;
    const socket = new Socket({ fd, readable: true, writable: false });
    this.followed.set(id, socket);
    socket.on("error", () => undefined);
    socket.once("close", () => {
      this.followed.delete(id);
      this.tell(job);
    });
    socket.resume();
    socket.unref();
  }

  tell(job: string): void {
    for (const onEnd of this.listeners) onEnd(job);
  }
}

/** Returns null if there is no such FIFO. Without a writer it is at its end at once. */
async function openToRead(path: string): Promise<number | null> {
  try {
    return await promisify(open)(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return null;
  }
}
