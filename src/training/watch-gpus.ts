import type { App } from "../app.js";
import { ROCAS } from "../caller.js";
import type { GpuUse } from "../graph/gpu-use.js";
import type { ResourceProfile } from "../graph/resource-profile.js";
import type { GpuCard } from "../runtime/nvidia-smi.js";
import { changeRecord } from "../store/change-record.js";
import { systemIntent } from "../store/idempotency.js";
import type { Training } from "./training.js";

const MEASURE_EVERY_MS = 10_000;
/** A smaller rise is not written: each write is an event. */
const MIN_RISE_MB = 64;
const MIN_RISE_PERCENT = 5;

// The last measurement of each app, for all trainings. It is worth nothing after a restart.
const measurements = new WeakMap<App, { readonly at: number; readonly cards: Promise<readonly GpuCard[]> }>();

/** Keeps the highest use of a training's GPUs with it. An observation decides nothing: a failed one is left out. */
export async function watchGpus(app: App, { _id, resources, gpu_use }: Training): Promise<void> {
  if (!resources?.gpus) return;
  const own = ownCards(await cardsNow(app), resources);
  if (own.length === 0) return;
  const use = useOf(own);
  const rise = use.memory_mb - (gpu_use?.memory_mb ?? 0);
  const risePercent = (use.busy ?? 0) - (gpu_use?.busy ?? 0);
  if (gpu_use && rise < MIN_RISE_MB && risePercent < MIN_RISE_PERCENT) return;
  const higher = (current: Training) => ({ gpu_use: highest(use, current.gpu_use) });
  await changeRecord(app.store.trainings, _id, higher, systemIntent(ROCAS));
}

function cardsNow(app: App): Promise<readonly GpuCard[]> {
  const now = performance.now();
  const last = measurements.get(app);
  if (last && now - last.at < MEASURE_EVERY_MS) return last.cards;
  const cards = app.runtime.gpuCards();
  measurements.set(app, { at: now, cards });
  return cards;
}

/** Returns the cards of a training: those that it names, else the first ones, which the engine gives. */
function ownCards(cards: readonly GpuCard[], { gpus, gpu_devices }: ResourceProfile): readonly GpuCard[] {
  if (!gpu_devices) return cards.slice(0, gpus ?? 0);
  const names = gpu_devices.map((name) => name.split("=").at(-1) ?? name);
  return cards.filter(({ index, uuid }) => names.some((name) => name === index || uuid.startsWith(name)));
}

function useOf(cards: readonly GpuCard[]): GpuUse {
  const sum = (of: (card: GpuCard) => number) => cards.reduce((total, card) => total + of(card), 0);
  const known = cards.filter(({ busy }) => busy !== null);
  return {
    memory_mb: sum(({ usedMb }) => usedMb),
    total_mb: sum(({ totalMb }) => totalMb),
    busy: known.length === 0 ? null : Math.round(sum(({ busy }) => busy ?? 0) / known.length),
  };
}

const highest = (now: GpuUse, before: GpuUse | null | undefined): GpuUse => ({
  memory_mb: Math.max(now.memory_mb, before?.memory_mb ?? 0),
  total_mb: now.total_mb,
  busy: now.busy === null && before?.busy == null ? null : Math.max(now.busy ?? 0, before?.busy ?? 0),
});
