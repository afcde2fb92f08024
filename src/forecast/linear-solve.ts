/** Small symmetric positive definite systems. */

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
