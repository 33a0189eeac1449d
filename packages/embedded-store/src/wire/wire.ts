import type { Socket } from "node:net";
import { validateDocument } from "../bson/validate-document.js";
import { documentValue, fieldsOf, type Value } from "../bson/value.js";
import { Request, type StoreState } from "../commands/request.js";
import { LARGEST_MESSAGE, runCommand } from "../commands/run-command.js";
import { Client } from "../search/paused.js";

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
  const head = replyHead(message, reply.length);
  if (reply.length <= LARGEST_COPIED) {
    socket.write(Buffer.concat([head, reply]));
    state.buffers.giveBack(reply);
    return;
  }
  socket.cork();
  socket.write(head);
  socket.write(reply, () => state.buffers.giveBack(reply));
  socket.uncork();
}

/** Up to here one buffer is written sooner than two. */
const LARGEST_COPIED = 16 * 1024;

/** Puts the pieces that a socket brings together into messages. */
class ConnectionReader {
  private pieces: Buffer[] = [];
  private length = 0;

  /** @throws MalformedMessage or MalformedBson if no message can follow any more. */
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

const HEADER = 16;
const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;

const CHECKSUM_PRESENT = 1;
const MORE_TO_COME = 2;
/** Bits above 16 may be ignored by who does not know them; the others may not. */
const REQUIRED_BITS = 0xffff & ~(CHECKSUM_PRESENT | MORE_TO_COME);

class MalformedMessage extends Error {}

interface Message {
  readonly requestId: number;
  /** The fields of the command, in their order. */
  readonly fields: ReadonlyMap<string, Value>;
  /** Lists that travel beside the command. */
  readonly sequences: ReadonlyMap<string, readonly Value[]>;
  readonly wantsReply: boolean;
  /** The first message of a connection comes in the oldest form and is answered in it. */
  readonly isOldForm: boolean;
}

/** The length of the message at the front; undefined until that much has come. */
const messageLength = (bytes: Buffer): number | undefined => (bytes.length < 4 ? undefined : bytes.readInt32LE(0));

/** @throws MalformedMessage or MalformedBson for bytes that make no message. */
function readMessage(bytes: Buffer): Message {
  if (bytes.length < HEADER + 5) throw new MalformedMessage("message is too short");
  const [requestId, kind] = [bytes.readInt32LE(4), bytes.readInt32LE(12)];
  if (kind === OP_MSG) return readModern(bytes, requestId);
  if (kind === OP_QUERY) return readQuery(bytes, requestId);
  throw new MalformedMessage(`there is no message kind ${kind}`);
}

function readModern(bytes: Buffer, requestId: number): Message {
  const flags = bytes.readUInt32LE(HEADER);
  if (flags & REQUIRED_BITS) throw new MalformedMessage("unknown flags");
  const end = flags & CHECKSUM_PRESENT ? bytes.length - 4 : bytes.length;
  const sequences = new Map<string, Value[]>();
  let body: Value | undefined;
  let at = HEADER + 4;
  while (at < end) {
    const section = bytes[at]!;
    if (section === 0) {
      if (body) throw new MalformedMessage("two bodies");
      const next = validateDocument(bytes, at + 1, end);
      body = documentValue(bytes.subarray(at + 1, next));
      at = next;
    } else if (section === 1) {
      at = readSequence(bytes, at + 1, end, sequences);
    } else {
      throw new MalformedMessage("unknown section");
    }
  }
  if (!body) throw new MalformedMessage("no body");
  return {
    requestId,
    fields: new Map(fieldsOf(body)),
    sequences,
    wantsReply: !(flags & MORE_TO_COME),
    isOldForm: false,
  };
}

function readSequence(bytes: Buffer, at: number, limit: number, sequences: Map<string, Value[]>): number {
  if (at + 5 > limit) throw new MalformedMessage("sequence is cut short");
  const end = at + bytes.readInt32LE(at);
  const nameEnd = bytes.indexOf(0, at + 4);
  if (end > limit || nameEnd < 0 || nameEnd >= end) throw new MalformedMessage("sequence has a wrong length");
  const documents: Value[] = [];
  let next = nameEnd + 1;
  while (next < end) {
    const documentEnd = validateDocument(bytes, next, end);
    documents.push(documentValue(bytes.subarray(next, documentEnd)));
    next = documentEnd;
  }
  sequences.set(bytes.toString("utf8", at + 4, nameEnd), documents);
  return end;
}

function readQuery(bytes: Buffer, requestId: number): Message {
  const nameEnd = bytes.indexOf(0, HEADER + 4);
  if (nameEnd < 0 || !bytes.toString("utf8", HEADER + 4, nameEnd).endsWith(".$cmd"))
    throw new MalformedMessage("queries in the old form are for the handshake alone");
  const at = nameEnd + 9;
  if (at > bytes.length) throw new MalformedMessage("query is cut short");
  const end = validateDocument(bytes, at, bytes.length);
  const fields = new Map(fieldsOf(documentValue(bytes.subarray(at, end))));
  return { requestId, fields, sequences: new Map(), wantsReply: true, isOldForm: true };
}

let lastReplyId = 0;

/** The bytes before a reply's document, in the form of the question. */
function replyHead({ requestId, isOldForm }: Message, length: number): Buffer {
  lastReplyId = (lastReplyId + 1) & 0x7fffffff;
  const extra = isOldForm ? 20 : 5;
  const head = Buffer.alloc(HEADER + extra);
  head.writeInt32LE(head.length + length, 0);
  head.writeInt32LE(lastReplyId, 4);
  head.writeInt32LE(requestId, 8);
  head.writeInt32LE(isOldForm ? OP_REPLY : OP_MSG, 12);
  if (isOldForm) head.writeInt32LE(1, HEADER + 16);
  return head;
}
