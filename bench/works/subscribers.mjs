// One change that many subscribers hear of, and what an idle subscription costs.
import { median } from "../support/measure.mjs";
import { processorSeconds } from "../support/process-use.mjs";
import { openSubscribers, SUBSCRIPTIONS } from "../support/subscribers-of.mjs";

const SUBSCRIBERS = 1_000;
const WARM_SUBSCRIBERS = 20;
const QUICK_ROWS = 2;
const [CHANGES, QUICK_CHANGES] = [10, 3];

export const SUBSCRIBERS_WORK = {
  name: "subscribers",
  title: `(d) One change for ${SUBSCRIBERS.toLocaleString("en")} subscribers`,
  note: "Milliseconds from the write to the last of them, processor time, messages that were errors, and the kB of an idle subscription, after a collection of garbage: what the process has grown by / what of it JavaScript holds. The subscribers are one process on the same machine. The bare server reads a change stream of its own collection.",
  async measure({ start, isQuick }) {
    const rows = [];
    for (const { row, server: name, selection } of isQuick ? SUBSCRIPTIONS.slice(0, QUICK_ROWS) : SUBSCRIPTIONS) {
      const server = await start(name, "collect-garbage");
      // The code of subscriptions is loaded and compiled before memory is looked at.
      const first = await openSubscribers(server, WARM_SUBSCRIBERS, selection);
      await first[Symbol.asyncDispose]();
      const [memory, before] = [await server.ask(), await processorSeconds(server.pid)];
      const subscribers = await openSubscribers(server, SUBSCRIBERS, selection);
      const grown = await server.ask();
      const kB = (what) => ((grown[what] - memory[what]) / SUBSCRIBERS / 1_000).toFixed(0);
      const { taken, errors } = await subscribers.heard(isQuick ? QUICK_CHANGES : CHANGES).catch(() => ({}));
      const processor = (await processorSeconds(server.pid)) - before;
      await subscribers[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      rows.push([
        ...[row, ...[median, (all) => Math.max(...all)].map((of) => (taken ? `${of(taken).toFixed(0)} ms` : "failed"))],
        ...[`${processor.toFixed(1)} s`, `${kB("resident")} / ${kB("used")} kB`, String(errors ?? "")],
      ]);
    }
    const head = ["", "median", "slowest", "processor time, the subscribing too", "an idle subscription", "errors"];
    return { head, rows };
  },
};
