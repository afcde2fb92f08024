/** The few kernels that the regressions need, on columns of equal length. Small and monomorphic, so that they warm up fast. */

/**
 * Adds the inner products of all pairs of columns over rows from..to (exclusive) to the lower triangle of `out` (row-major,
 * n x n for n columns). Four products run side by side: one alone would wait for each of its additions.
 */
export function addCrossProducts(
  columns: readonly Float64Array[],
  rows: { from: number; to: number },
  out: Float64Array,
): void {
  const n = columns.length;
  const { from, to } = rows;
  for (let j = 0; j < n; j += 4) {
    const b0 = columns[j]!;
    const b1 = columns[j + 1] ?? b0;
    const b2 = columns[j + 2] ?? b0;
    const b3 = columns[j + 3] ?? b0;
    for (let i = j; i < n; i++) {
      const a = columns[i]!;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let r = from; r < to; r++) {
        const x = a[r]!;
        s0 += x * b0[r]!;
        s1 += x * b1[r]!;
        s2 += x * b2[r]!;
        s3 += x * b3[r]!;
      }
      const at = i * n + j;
      out[at]! += s0;
      if (j + 1 <= i) out[at + 1]! += s1;
      if (j + 2 <= i) out[at + 2]! += s2;
      if (j + 3 <= i) out[at + 3]! += s3;
    }
  }
}

/** y[r] -= sum of factors[i] columns[i][r] over rows from..to (exclusive). */
export function subtractFitted(
  y: Float64Array,
  factors: Float64Array,
  columns: readonly Float64Array[],
  { from, to }: { from: number; to: number },
): void {
  for (let i = 0; i < factors.length; i += 2) {
    const isLast = i + 1 === factors.length;
    const a = columns[i]!;
    const b = isLast ? a : columns[i + 1]!;
    const fa = factors[i]!;
    const fb = isLast ? 0 : factors[i + 1]!;
    for (let r = from; r < to; r++) y[r]! -= fa * a[r]! + fb * b[r]!;
  }
}

/**
 * Ridge regressions on the first p of n columns, given their cross products (less those of a part that is left out): each
 * coefficient is held back as by its share of the rows showing no effect (a penalty in units of its column's own sum of squares).
 * Columns that are all 0 get 0. The result has the coefficients of column p, then those of column p + 1, and so on.
 */
export function ridge(
  cross: Float64Array,
  shape: { columns: number; features: number; shares: Float64Array },
  leftOut?: Float64Array,
): Float64Array[] {
  const { columns: n, features: p, shares } = shape;
  const of = leftOut ? cross.slice() : cross;
  if (leftOut) for (let i = 0; i < of.length; i++) of[i]! -= leftOut[i]!;
  const a = new Float64Array(p * p);
  for (let i = 0; i < p; i++) {
    for (let j = 0; j < i; j++) a[i * p + j] = of[i * n + j]!;
    a[i * p + i] = of[i * n + i]! * (1 + shares[i]!) + 1e-9;
  }
  factorCholesky(a, p);
  const solutions: Float64Array[] = [];
  for (let k = p; k < n; k++) {
    const b = of.slice(k * n, k * n + p);
    solveFactored(a, b);
    solutions.push(b);
  }
  return solutions;
}

/** Replaces the lower triangle of A (p x p, row-major) by its Cholesky factor, whose diagonal is inverted. O(p^3). */
function factorCholesky(a: Float64Array, p: number): void {
  for (let j = 0; j < p; j++) {
    let pivot = a[j * p + j]!;
    for (let k = 0; k < j; k++) pivot -= a[j * p + k]! * a[j * p + k]!;
    const inverse = 1 / Math.sqrt(Math.max(pivot, 1e-300));
    a[j * p + j] = inverse;
    for (let i = j + 1; i < p; i++) {
      let sum = a[i * p + j]!;
      for (let k = 0; k < j; k++) sum -= a[i * p + k]! * a[j * p + k]!;
      a[i * p + j] = sum * inverse;
    }
  }
}

/** Solves L L' x = b in place, L with its diagonal inverted. O(p^2). */
function solveFactored(factor: Float64Array, b: Float64Array): void {
  const p = b.length;
  for (let i = 0; i < p; i++) {
    let sum = b[i]!;
    for (let k = 0; k < i; k++) sum -= factor[i * p + k]! * b[k]!;
    b[i] = sum * factor[i * p + i]!;
  }
  for (let i = p - 1; i >= 0; i--) {
    let sum = b[i]!;
    for (let k = i + 1; k < p; k++) sum -= factor[k * p + i]! * b[k]!;
    b[i] = sum * factor[i * p + i]!;
  }
}
