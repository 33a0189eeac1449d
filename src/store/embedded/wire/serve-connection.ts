import type { Socket } from "node:net";
import { Request } from "../commands/request.js";
import { runCommand } from "../commands/run-command.js";
import type { StoreState } from "../commands/store-state.js";
import { ConnectionReader } from "./connection-reader.js";
import { writeReply, type Message } from "./wire-message.js";

/** Answers a connection's commands one after the other. Bytes that make no message end it. */
export function serveConnection(socket: Socket, state: StoreState, onFault: (error: unknown) => void): void {
  const reader = new ConnectionReader();
  let last: Promise<void> = Promise.resolve();
  socket.on("error", () => socket.destroy());
  socket.on("data", (piece) => {
    try {
      for (const message of reader.messages(piece)) last = last.then(() => answer(socket, message, state, onFault));
    } catch {
      socket.destroy();
    }
  });
}

async function answer(
  socket: Socket,
  message: Message,
  state: StoreState,
  onFault: (error: unknown) => void,
): Promise<void> {
  const reply = await runCommand(new Request(message.fields, message.sequences), state, onFault);
  if (!message.wantsReply || socket.destroyed) return;
  const [head, document] = writeReply(message, reply);
  socket.cork();
  socket.write(head!);
  socket.write(document!);
  socket.uncork();
}
