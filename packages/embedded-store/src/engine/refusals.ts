import { CommandError } from "../errors/command-error.js";

export const closing = (): CommandError => new CommandError("InterruptedAtShutdown", "The store is being closed.");

export type FailedCommit = Error & { commitError: Promise<unknown> };

export function notWritten({ commitError }: FailedCommit): CommandError {
  // The binding tells of it a second time, by a promise that would end the process.
  commitError.catch(() => {});
  return noRoom();
}

export const away = (reason: string): CommandError =>
  new CommandError("HostUnreachable", `The file of the store cannot be used: ${reason}.`);

export const noRoom = (): CommandError =>
  new CommandError("OutOfDiskSpace", "The disk of the store is full; nothing of the command was kept.");
