import { LARGEST_MESSAGE } from "../commands/server-commands.js";
import { MalformedMessage, messageLength, readMessage, type Message } from "./wire-message.js";

/** Puts the pieces that a socket brings together into messages. */
export class ConnectionReader {
  private pieces: Buffer[] = [];
  private length = 0;

  /** @throws MalformedMessage or MalformedBson where no message can follow any more. */
  *messages(piece: Buffer): Generator<Message> {
    this.pieces.push(piece);
    this.length += piece.length;
    for (;;) {
      if (this.length < 4) return;
      if (this.pieces[0]!.length < 4) this.joined();
      const wanted = messageLength(this.pieces[0]!)!;
      if (wanted < 16 || wanted > LARGEST_MESSAGE) throw new MalformedMessage("message has a wrong length");
      if (this.length < wanted) return;
      const bytes = this.joined();
      this.pieces = wanted < bytes.length ? [bytes.subarray(wanted)] : [];
      this.length -= wanted;
      yield readMessage(bytes.subarray(0, wanted));
    }
  }

  private joined(): Buffer {
    const bytes = this.pieces.length === 1 ? this.pieces[0]! : Buffer.concat(this.pieces);
    this.pieces = [bytes];
    return bytes;
  }
}
