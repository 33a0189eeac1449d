// A bare WebSocket server: each change of the stream is written to every open socket, as it comes.
import { WebSocketServer } from "ws";

const CHANGES = "bench_changes";
const INSERTS = [{ $match: { operationType: "insert" } }];

/** Sends the inserts of a collection of the bench's own. A message of a socket, `write`, inserts one. */
export function followChanges(server, db) {
  const sockets = new WebSocketServer({ server, path: "/changes" });
  sockets.once("connection", () => {
    db.collection(CHANGES)
      .watch(INSERTS)
      .on("change", ({ fullDocument }) => {
        for (const socket of sockets.clients)
          socket.send(JSON.stringify({ action: fullDocument.action, version: fullDocument.version }));
      });
  });
  sockets.on("connection", (socket) => {
    socket.on("message", () => void db.collection(CHANGES).insertOne({ action: "CHANGED", version: 1 }));
  });
}
