// One record by natural key, alone and while eight clients ask for the largest lists.
import { once } from "node:events";
import { startLoad } from "../support/measure.mjs";
import { lineage } from "../support/queries.mjs";
import { readsBeside, SMALL_READS_NOTE } from "../support/small-reads.mjs";
import { LARGEST } from "./requests.mjs";

const LISTS = 8;
const ENDLESS = 1e6;
/** It says nothing about others that the floor does not say. */
const WITHOUT = "floor-whole-documents";

export const BESIDE_LISTS = {
  name: "beside",
  title: `(h) The slowest hundredth of (c) while eight clients ask (a) for ${LARGEST.toLocaleString("en")}`,
  note: `${SMALL_READS_NOTE} The clients stop at the first list that ends in an error; the last column says so.`,
  async measure({ names, start, isQuick }) {
    const rows = [];
    for (const name of names.filter((each) => each !== WITHOUT)) {
      const server = await start(name);
      let hasFailed = false;
      const begin = async () => {
        const lists = startLoad(server, lineage(LARGEST), ENDLESS, LISTS);
        const ended = once(lists, "exit");
        return async () => {
          hasFailed = lists.exitCode !== null;
          lists.kill();
          await ended;
        };
      };
      rows.push([name, ...(await readsBeside(server, { isQuick, begin })), hasFailed ? "a list failed" : ""]);
      await server[Symbol.asyncDispose]();
    }
    return { head: ["", "alone", "beside lists", "times", "reads", ""], rows };
  },
};
