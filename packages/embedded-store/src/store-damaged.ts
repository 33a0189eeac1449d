/** A store that cannot be read, with what to do. */
export class StoreDamaged extends Error {
  override readonly name = "StoreDamaged";

  constructor(folder: string, reason: string, options?: ErrorOptions) {
    super(
      `The store in ${folder} cannot be read: ${reason}. Restore the folder from a backup, or choose another data folder.`,
      options,
    );
  }
}
