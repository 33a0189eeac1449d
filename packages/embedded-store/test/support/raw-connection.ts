import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { deserialize, serialize } from "bson";

const OP_MSG = 2013;

/** A connection to a store without a driver, whose end can come at any moment. */
export class RawConnection {
  private constructor(private readonly socket: Socket) {
    socket.on("error", () => socket.destroy());
  }

  static async open(path: string): Promise<RawConnection> {
    const socket = connect(path);
    await once(socket, "connect");
    return new RawConnection(socket);
  }

  send(command: object): void {
    const document = serialize(command);
    const head = Buffer.alloc(21);
    head.writeInt32LE(head.length + document.length, 0);
    head.writeInt32LE(OP_MSG, 12);
    this.socket.write(Buffer.concat([head, document]));
  }

  async ask<T>(command: object): Promise<T> {
    this.send(command);
    let bytes = Buffer.alloc(0);
    while (bytes.length < 4 || bytes.length < bytes.readInt32LE(0)) {
      const [piece] = (await once(this.socket, "data")) as [Buffer];
      bytes = Buffer.concat([bytes, piece]);
    }
    return deserialize(bytes.subarray(21), { promoteLongs: false }) as T;
  }

  /** As when a process dies: no farewell. */
  break(): void {
    this.socket.destroy();
  }
}
