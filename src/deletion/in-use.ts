import { trusted } from "mongoose";
import { DomainError } from "../errors.js";
import type { Kind } from "../graph/id.js";
import type { AnyRecord } from "../graph/stored-record.js";
import { STATES_UNDER_WAY } from "../graph/task.js";
import { ENDED, type Job } from "../jobs/job.js";
import type { Store } from "../store/store.js";
import type { PlannedDeletion } from "./deletion-plan.js";

const MAX_NAMES = 5;

type Named = AnyRecord & { readonly name?: string; readonly tag?: string };
const nameOf = (record: AnyRecord): string => (record as Named).name ?? (record as Named).tag ?? record._id;

function listNames({ kinds }: Store, kind: Kind, records: readonly AnyRecord[]): string {
  const names = [...new Set(records.map((each) => `"${nameOf(each)}"`))];
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : "";
  return `${kinds[kind].label} ${names.slice(0, MAX_NAMES).join(", ")}${more}`;
}

async function usersOf(store: Store, plan: readonly PlannedDeletion[], kind: Kind): Promise<string[]> {
  const ids = plan.filter((each) => each.kind === kind).map(({ record }) => record._id);
  if (ids.length === 0) return [];
  const planned = new Set(plan.map(({ record }) => record._id));
  const found = await Promise.all(
    (store.kinds[kind].usedBy ?? []).map(async (use) => {
      const state = use.underWay ? { "task.state": trusted({ $in: STATES_UNDER_WAY }) } : {};
      const all = (await store.byKind[use.kind]
        .find({ [use.field]: trusted({ $in: ids }), deleted: trusted({ $ne: true }), ...state } as object, {
          name: 1,
          tag: 1,
        })
        .lean()) as AnyRecord[];
      const others = all.filter(({ _id }) => !planned.has(_id));
      return others.length > 0 ? [listNames(store, use.kind, others)] : [];
    }),
  );
  return found.flat();
}

/** @throws IN_USE if a record outside the plan uses one in it */
export async function refuseUsed(store: Store, plan: readonly PlannedDeletion[]): Promise<void> {
  const kinds = [...new Set(plan.map(({ kind }) => kind))];
  const found = (await Promise.all(kinds.map((kind) => usersOf(store, plan, kind)))).flat();
  if (found.length > 0) throw new DomainError("IN_USE", `It is in use by ${found.join("; ")}.`);
}

/** @throws IN_USE if the record owns others or has work under way */
export async function refuseOwning(store: Store, plan: readonly PlannedDeletion[], target: AnyRecord): Promise<void> {
  const owned = plan.filter(({ record, always }) => record.key !== target.key && !always);
  const kinds = [...new Set(owned.map(({ kind }) => kind))];
  if (kinds.length > 0) {
    const lists = kinds.map((kind) =>
      listNames(
        store,
        kind,
        owned.filter((each) => each.kind === kind).map(({ record }) => record),
      ),
    );
    throw new DomainError("IN_USE", `It owns ${lists.join("; ")}. With "cascade: true" they go with it.`, [
      "input",
      "cascade",
    ]);
  }
  const ids = plan.map(({ record }) => record._id);
  const jobs = await store.jobs.find({ _id: { $in: ids }, state: { $nin: [...ENDED] } }).toArray();
  if (jobs.some(isBusy))
    throw new DomainError("IN_USE", 'Work is under way for it. Cancel it first, or give "cascade: true".', [
      "input",
      "cascade",
    ]);
}

/** True if work is under way. The job of a revision lasts as long as the revision, so only its replicas count. */
const isBusy = ({ kind, slots }: Job): boolean =>
  kind !== "DEPLOY" || slots.some(({ wanted, token_hash }) => wanted || token_hash !== null);
