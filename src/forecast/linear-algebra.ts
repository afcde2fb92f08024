/** The few kernels that the regressions need, on columns of equal length. Small and monomorphic, so that they warm up fast. */

/** out[r] = source[rows[r] - lag]; what is unknown or outside the data counts as 0. */
export function gather(source: Float64Array, rows: Int32Array, lag: number): Float64Array {
  const out = new Float64Array(rows.length);
  for (let r = 0; r < rows.length; r++) {
    const t = rows[r]! - lag;
    const x = t >= 0 && t < source.length ? source[t]! : 0;
    out[r] = x === x ? x : 0;
  }
  return out;
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let r = 0; r < a.length; r++) sum += a[r]! * b[r]!;
  return sum;
}

/** y -= factor x */
export function subtractMultiple(y: Float64Array, factor: number, x: Float64Array): void {
  for (let r = 0; r < y.length; r++) y[r]! -= factor * x[r]!;
}

/** X'X of the columns, p x p row-major, lower triangle. */
export function gramMatrix(columns: readonly Float64Array[]): Float64Array {
  const p = columns.length;
  const gram = new Float64Array(p * p);
  for (let i = 0; i < p; i++) for (let j = 0; j <= i; j++) gram[i * p + j] = dot(columns[i]!, columns[j]!);
  return gram;
}

/**
 * Ridge regression of y on the columns: each coefficient is held back as by `share` of the rows showing no effect (a
 * penalty in units of its column's own sum of squares). Columns that are all 0 get 0.
 */
export function ridge(
  gram: Float64Array,
  columns: readonly Float64Array[],
  y: Float64Array,
  share: number,
): Float64Array {
  const p = columns.length;
  const a = gram.slice();
  for (let i = 0; i < p; i++) a[i * p + i] = a[i * p + i]! * (1 + share) + 1e-9;
  const b = new Float64Array(p);
  for (let i = 0; i < p; i++) b[i] = dot(columns[i]!, y);
  solveCholesky(a, b);
  return b;
}

/** Solves A x = b in place by Cholesky; A is p x p row-major, its lower triangle filled; x replaces b. O(p^3). */
export function solveCholesky(a: Float64Array, b: Float64Array): void {
  const p = b.length;
  for (let j = 0; j < p; j++) {
    for (let i = j; i < p; i++) {
      let sum = a[i * p + j]!;
      for (let k = 0; k < j; k++) sum -= a[i * p + k]! * a[j * p + k]!;
      a[i * p + j] = i === j ? Math.sqrt(Math.max(sum, 1e-300)) : sum / a[j * p + j]!;
    }
  }
  for (let i = 0; i < p; i++) {
    let sum = b[i]!;
    for (let k = 0; k < i; k++) sum -= a[i * p + k]! * b[k]!;
    b[i] = sum / a[i * p + i]!;
  }
  for (let i = p - 1; i >= 0; i--) {
    let sum = b[i]!;
    for (let k = i + 1; k < p; k++) sum -= a[k * p + i]! * b[k]!;
    b[i] = sum / a[i * p + i]!;
  }
}
