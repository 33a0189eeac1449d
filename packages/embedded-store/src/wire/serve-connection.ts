import type { Socket } from "node:net";
import { Client } from "../commands/client.js";
import { Request } from "../commands/request.js";
import { runCommand } from "../commands/run-command.js";
import type { StoreState } from "../commands/store-state.js";
import { ConnectionReader } from "./connection-reader.js";
import { writeReply, type Message } from "./wire-message.js";

/** Answers a connection's commands one after the other. Bytes that make no message end it. */
export function serveConnection(socket: Socket, state: StoreState, onFault: (error: unknown) => void): void {
  const reader = new ConnectionReader();
  const client = new Client();
  let last: Promise<void> = Promise.resolve();
  socket.once("close", () => client.leave());
  socket.on("error", () => socket.destroy());
  socket.on("data", (piece) => {
    try {
      for (const message of reader.messages(piece))
        last = last.then(() => answer(socket, client, message, state, onFault));
    } catch {
      socket.destroy();
    }
  });
}

async function answer(
  socket: Socket,
  client: Client,
  message: Message,
  state: StoreState,
  onFault: (error: unknown) => void,
): Promise<void> {
  const reply = await runCommand(new Request(message.fields, message.sequences, client), state, onFault);
  if (!message.wantsReply || socket.destroyed) return;
  const [head, document] = writeReply(message, reply);
  socket.cork();
  socket.write(head!);
  socket.write(document!);
  socket.uncork();
}
