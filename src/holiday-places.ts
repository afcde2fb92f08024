/** For which places public holidays are known. */
import { brotliDecompressSync } from 'node:zlib';
import { PACKED_HOLIDAYS } from './holiday-table.ts';

let table: Map<string, string> | null = null;

/** Unpacked when first asked for: most configurations name no holidays. */
function entries(): Map<string, string> {
  table ??= new Map(
    brotliDecompressSync(Buffer.from(PACKED_HOLIDAYS, 'base64'))
      .toString('utf8')
      .split('\n')
      .map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon), line.slice(colon + 1)];
      }),
  );
  return table;
}

/** A place's line of the table, see holiday-table.ts; undefined for a place that it does not have. */
export function holidayEntry(place: string): string | undefined {
  return entries().get(place);
}

/** Codes such as `DE`, `DE-BY`, sorted; `within` names those directly inside a country or state. */
export function holidayPlaces(within?: string): string[] {
  const depth = within === undefined ? 1 : within.split('-').length + 1;
  return [...entries().keys()]
    .filter((place) => place.split('-').length === depth && (within === undefined || place.startsWith(`${within}-`)))
    .sort();
}
