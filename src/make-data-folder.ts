import { constants } from "node:fs";
import { access, mkdir } from "node:fs/promises";
import { StoreRefused } from "./store/store-refused.js";

/**
 * Makes the folder of the data, for this user alone, unless it is there.
 * @throws StoreRefused where it cannot be made, is no folder, or may not be written
 */
export async function makeDataFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new StoreRefused(
      `ROCAS_DATA: ${path} is no folder that this user may make, read and write (${code}). Name another one, or mend its rights.`,
      { cause },
    );
  }
}
