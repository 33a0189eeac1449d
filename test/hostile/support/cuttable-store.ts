import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** The way to the MongoDB of the tests, which can be cut and mended. */
export async function openWay(uri: string) {
  const [host = "127.0.0.1", port = "27017"] = new URL(uri).host.split(",")[0]!.split(":");
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).once("close", () => sockets.delete(socket));
  };
  const server = createServer((socket) => {
    const onward = connect(Number(port), host);
    keep(socket);
    keep(onward);
    socket.pipe(onward).pipe(socket);
    socket.once("close", () => onward.destroy());
    onward.once("close", () => socket.destroy());
  });
  const listen = (at: number) => new Promise<void>((resolve) => server.listen(at, "127.0.0.1", resolve));
  await listen(0);
  const own = (server.address() as AddressInfo).port;
  const cut = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const each of sockets) each.destroy();
    await closed;
  };
  return {
    uri: `mongodb://127.0.0.1:${own}/?directConnection=true`,
    port: own,
    cut,
    mend: () => listen(own),
    [Symbol.asyncDispose]: async () => void (await cut().catch(() => undefined)),
  };
}
