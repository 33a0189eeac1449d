import { connect } from "node:net";

/** Sends bytes as they are and answers with what comes back until the server closes, or for a while. */
export function rawHttp(port: number, bytes: string | Buffer, patienceMs = 2_000): Promise<string> {
  return new Promise((resolve) => {
    let received = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    const done = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(received);
    };
    const timer = setTimeout(done, patienceMs);
    socket.on("data", (chunk) => (received += chunk.toString()));
    socket.on("error", done).on("close", done);
  });
}
