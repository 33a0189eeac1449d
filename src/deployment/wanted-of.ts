import type { WantedRevision } from "./steps-toward.js";

/** The desired state of the whole deployment. Null: it is going. */
export interface DesiredDeployment {
  readonly revision: number;
  readonly replicas: number;
}

/** The state of one of its revisions that has not ended. */
export interface RevisionState {
  readonly number: number;
  /** Slots that are wanted; none is left once it retires. */
  readonly slots: number;
  /** Replicas that answer. */
  readonly ready: number;
  /** True if all its replicas have answered at once. */
  readonly complete: boolean;
}

/**
 * The desired state of one revision. The newest one has its replicas; the one that serves stays until the newest is
 * complete; those between, and all others, go.
 * @param revisions the oldest first: it is the one that serves where several do, since it goes when a later one is complete.
 */
export function wantedOf(
  number: number,
  wish: DesiredDeployment | null,
  revisions: readonly RevisionState[],
): WantedRevision {
  if (!wish) return { replicas: 0, stays: false, drains: false };
  if (number === wish.revision) return { replicas: wish.replicas, stays: true, drains: true };
  const own = revisions.find((each) => each.number === number);
  const serving = revisions.find((each) => each.slots > 0 && serves(each) && each.number !== wish.revision);
  const replaced = revisions.some(
    (each) => each.number === wish.revision && each.ready > 0 && each.ready >= wish.replicas,
  );
  const stays = own !== undefined && serving?.number === number && !replaced && wish.replicas > 0;
  return { replicas: stays ? own.slots : 0, stays, drains: true };
}

const serves = ({ ready, complete }: RevisionState): boolean => ready > 0 || complete;
