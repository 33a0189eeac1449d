import { createHmac, hkdfSync } from "node:crypto";

const SALT = "rocas";

/** A master key and its id, which secrets name. The id is derived one-way from the key. */
export class MasterKey {
  // Private at run time, so that a logged key shows nothing.
  readonly #bytes: Buffer;
  readonly id: string;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.id = derive(bytes, "key id").toString("hex", 0, 8);
  }

  /** Derives the key for one purpose. It reveals no other key. */
  keyFor(purpose: string): Buffer {
    return derive(this.#bytes, purpose);
  }
}

/** The keys of this process. The current one seals; each opens what it sealed. */
export class KeyRing {
  readonly #signing: MasterKey;
  readonly #keys: ReadonlyMap<string, MasterKey>;
  readonly #purposes = new Map<string, Buffer>();

  /** @param current null without a master key: then nothing can be sealed. */
  constructor(
    readonly current: MasterKey | null,
    earlier: readonly MasterKey[],
    signing: MasterKey,
  ) {
    this.#signing = signing;
    this.#keys = new Map([...earlier, ...(current ? [current] : [])].map((key) => [key.id, key]));
  }

  key(id: string): MasterKey | undefined {
    return this.#keys.get(id);
  }

  sign(purpose: string, text: string): Buffer {
    const key = this.#purposes.get(purpose) ?? this.#signing.keyFor(`sign ${purpose}`);
    this.#purposes.set(purpose, key);
    return createHmac("sha256", key).update(text).digest();
  }
}

const derive = (key: Buffer, purpose: string): Buffer =>
  Buffer.from(hkdfSync("sha256", key, SALT, `rocas ${purpose}`, 32));
