/** Numbers as people read them, also where they are huge. */

const COMPACT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });

/** For JSON, to six decimals: more would claim a precision that no forecast has. */
export function round(value: number, digits = 6): number {
  return Number(value.toFixed(digits));
}

/** Whole up to 99,999, then 100K, 1.5M, 1T; what no suffix names as a power of ten. */
export function compactCount(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (Math.abs(value) < 100_000) return Number.isInteger(value) ? String(value) : String(+value.toFixed(1));
  return Math.abs(value) < 1e15 ? COMPACT.format(value) : value.toExponential(1);
}

/** With separators up to a billion, then in short. */
export function count(value: number, digits = 0): string {
  if (!Number.isFinite(value)) return '-';
  if (Math.abs(value) >= 1e9) return compactCount(value);
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function usd(amount: number): string {
  if (!Number.isFinite(amount)) return '-';
  return `${amount < 0 ? '-' : ''}$${count(Math.abs(amount), 2)}`;
}
