import type { FileHandle } from "node:fs/promises";
import { refused } from "../../errors.ts";

export const copyAgain = "copy or download the file again";

const zip = Buffer.from("PK");
const compoundFile = Buffer.from("d0cf11e0a1b11ae1", "hex");
/** The stream that a password puts around a whole workbook, as the directory of a compound file spells it. */
const encryptedPackage = Buffer.from("EncryptedPackage", "utf16le");

/** Refuses files that are no zip container and says what they are where their first bytes tell. */
export async function refuseOtherFormats(handle: FileHandle, file: string): Promise<void> {
  const start = Buffer.alloc(8);
  const { bytesRead } = await handle.read(start, 0, start.length, 0);
  if (bytesRead === 0) throw refused(`${file} is empty`, copyAgain);
  if (start.subarray(0, 2).equals(zip)) return;
  if (!start.equals(compoundFile)) {
    throw refused(
      `${file} is not a workbook: it does not start like an .xlsx file`,
      "give an .xlsx or a .csv file",
    );
  }
  if (await holds(handle, encryptedPackage)) {
    throw refused(`${file} is protected by a password`, "open it, remove the password and save it again");
  }
  throw refused(
    `${file} is a legacy workbook (.xls)`,
    "open it in a spreadsheet program and save it as .xlsx",
  );
}

async function holds(handle: FileHandle, wanted: Buffer): Promise<boolean> {
  const buffer = Buffer.alloc(2 ** 20);
  for (let position = 0; ; position += buffer.length - wanted.length) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
    if (buffer.subarray(0, bytesRead).includes(wanted)) return true;
    if (bytesRead < buffer.length) return false;
  }
}
