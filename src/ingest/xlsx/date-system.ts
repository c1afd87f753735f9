/** Day 1 of the 1900 system is 1 January 1900, of the 1904 system 2 January 1904; both count days. */
export type DateSystem = 1900 | 1904;

const lastSerial = 2_958_466; // 1 January 10000

/**
 * Days since 1970-01-01, the fraction being the time of day, or NaN for what no calendar shows: spreadsheets fill
 * such a cell with ##### although its style says date.
 */
export function daysSinceEpoch(serial: number, system: DateSystem): number {
  if (system === 1904) return serial >= 0 && serial < lastSerial - 1462 ? serial - 24_107 : Number.NaN;
  if (!(serial >= 0 && serial < lastSerial)) return Number.NaN;
  // The 1900 system counts a 29 February 1900 that never was. It becomes 28 February.
  return serial < 60 ? serial - 25_568 : serial - 25_569;
}

const iso = /^(\d{4}-\d\d-\d\d)(?:T([01]\d|2[0-4]):([0-5]\d)(?::([0-5]\d(?:\.\d+)?))?)?Z?$/;

/** Days since 1970-01-01 of a date or date and time in ISO 8601, else NaN. */
export function daysOfIsoDate(text: string): number {
  const [, day, hours = "0", minutes = "0", seconds = "0"] = iso.exec(text.trim()) ?? [];
  if (day === undefined) return Number.NaN;
  const midnight = Date.parse(`${day}T00:00:00Z`);
  // Date.parse reads 30 February as 2 March.
  if (Number.isNaN(midnight) || !new Date(midnight).toISOString().startsWith(day)) return Number.NaN;
  return midnight / 86_400_000 + (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) / 86_400;
}
