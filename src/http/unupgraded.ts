import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";

const OF_UPGRADES = /^(upgrade|http2-settings)$/i;

/**
 * Goes on with a request as if it had not offered to change the protocol, which some clients do each time (h2c). Node
 * hands every such request over as soon as one protocol is served.
 */
export function goOnWithoutUpgrade(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const lines = [`${request.method} ${request.url} HTTP/${request.httpVersion}`];
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const [name, value] = [request.rawHeaders[index]!, request.rawHeaders[index + 1]!];
    const kept = name.toLowerCase() === "connection" ? withoutUpgrade(value) : value;
    if (!OF_UPGRADES.test(name) && kept) lines.push(`${name}: ${kept}`);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), head]));
  server.emit("connection", socket);
}

const withoutUpgrade = (connection: string): string =>
  connection
    .split(",")
    .map((each) => each.trim())
    .filter((each) => !OF_UPGRADES.test(each))
    .join(", ");
