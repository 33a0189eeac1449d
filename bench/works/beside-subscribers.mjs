// One record by natural key, alone and while changes flow to many subscribers.
import { readsBeside, SMALL_READS_NOTE } from "../support/small-reads.mjs";
import { openSubscribers, SUBSCRIPTIONS } from "../support/subscribers-of.mjs";

const SUBSCRIBERS = 500;
const CHANGE_EVERY_MS = 200;

export const BESIDE_SUBSCRIBERS = {
  name: "beside-subscribers",
  title: `(d) The slowest hundredth of (c) while ${SUBSCRIBERS} subscribers hear of five changes a second`,
  note: SMALL_READS_NOTE,
  async measure({ start, isQuick }) {
    const rows = [];
    for (const { row, server: name, selection } of SUBSCRIPTIONS) {
      const server = await start(name);
      const begin = async () => {
        const subscribers = await openSubscribers(server, SUBSCRIBERS, selection);
        subscribers.startChanges(CHANGE_EVERY_MS);
        return () => subscribers[Symbol.asyncDispose]();
      };
      rows.push([row, ...(await readsBeside(server, { isQuick, begin }))]);
      await server[Symbol.asyncDispose]();
    }
    return { head: ["", "alone", "beside subscribers", "times", "reads"], rows };
  },
};
