import { createHash } from "node:crypto";
import type { DocumentNode } from "graphql";

const MOST_CHARACTERS = 256 * 1024;
/** A parsed document of few characters takes a hundred times as much memory as its text. */
const MOST_DOCUMENTS = 1_000;
const DIGEST_LENGTH = 64;

interface Entry {
  readonly document: DocumentNode;
  readonly characters: number;
}

/**
 * Documents that passed every check, the most recently used of them. Apollo Server executes what it finds here instead
 * of parsing and validating a second time: it asks by the SHA-256 of the document after a prefix of its own.
 */
export class AdmittedDocuments {
  private readonly entries = new Map<string, Entry>();
  private characters = 0;

  find(query: string): DocumentNode | undefined {
    const digest = digestOf(query);
    const entry = this.entries.get(digest);
    if (!entry) return undefined;
    this.entries.delete(digest);
    this.entries.set(digest, entry);
    return entry.document;
  }

  add(query: string, document: DocumentNode): void {
    const digest = digestOf(query);
    if (this.entries.has(digest)) return;
    this.entries.set(digest, { document, characters: query.length });
    this.characters += query.length;
    for (const [oldest, { characters }] of this.entries) {
      const fits = this.characters <= MOST_CHARACTERS && this.entries.size <= MOST_DOCUMENTS;
      if (fits || oldest === digest) break;
      this.entries.delete(oldest);
      this.characters -= characters;
    }
  }

  get(key: string): Promise<DocumentNode | undefined> {
    return Promise.resolve(this.entries.get(key.slice(-DIGEST_LENGTH))?.document);
  }

  /** What Apollo Server has parsed on its own was not admitted. */
  set(): Promise<void> {
    return Promise.resolve();
  }

  delete(): Promise<boolean> {
    return Promise.resolve(false);
  }
}

const digestOf = (query: string): string => createHash("sha256").update(query).digest("hex");
