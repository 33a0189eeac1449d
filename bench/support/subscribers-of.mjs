import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { TOKEN } from "./measure.mjs";

const FILE = fileURLToPath(new URL("open-subscribers.mjs", import.meta.url));

/** Selections of the subscription: the change as such, and the record as it is now. The bare server has none. */
export const SUBSCRIPTIONS = [
  { row: "bare ws", server: "floor", selection: "" },
  { row: "rocas", server: "rocas", selection: "action version" },
  {
    row: "rocas, with `record`",
    server: "rocas",
    selection: "action version record { ... on Model { id name desc } }",
  },
];

/** Returns subscribers of a server, all of them open and idle, in a process of their own. */
export async function openSubscribers({ url }, count, selection) {
  const subscribers = fork(FILE, [url, String(count), TOKEN, selection], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const answer = async () => {
    const [said] = await Promise.race([once(subscribers, "message"), once(subscribers, "exit").then(() => [null])]);
    if (said === null) throw new Error("The subscribers have ended.");
    return said;
  };
  await answer();
  return {
    /** Makes so many changes. @returns for each the milliseconds until all have heard, and the number of errors */
    async heard(changes) {
      subscribers.send({ changes });
      return answer();
    },
    /** Lets changes flow from now on. */
    startChanges: (everyMs) => void subscribers.send({ everyMs }),
    async [Symbol.asyncDispose]() {
      subscribers.kill();
      if (subscribers.exitCode === null && subscribers.signalCode === null) await once(subscribers, "exit");
    },
  };
}
