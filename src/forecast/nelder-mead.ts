/** Derivative-free minimisation in a few dimensions (Nelder & Mead 1965), deterministic and with a cap on evaluations. */

interface Vertex {
  at: number[];
  value: number;
}

/**
 * Minimises `objective` from `start` with an initial simplex of edge `edge`; stops after `maxEvaluations`, or when the
 * simplex's values agree within `tolerance` relative. Standard coefficients 1, 2, 1/2, 1/2.
 */
export function nelderMead(
  objective: (at: number[]) => number,
  start: readonly number[],
  options: { edge: number; maxEvaluations: number; tolerance: number },
): Vertex {
  let evaluations = 0;
  const evaluate = (at: number[]): Vertex => {
    evaluations++;
    return { at, value: objective(at) };
  };
  const simplex = [evaluate([...start])];
  for (let i = 0; i < start.length; i++) {
    simplex.push(evaluate(start.map((x, j) => (i === j ? x + options.edge : x))));
  }
  const byValue = (a: Vertex, b: Vertex) => a.value - b.value;
  simplex.sort(byValue);
  while (evaluations < options.maxEvaluations) {
    const best = simplex[0]!;
    const worst = simplex.at(-1)!;
    if (worst.value - best.value <= options.tolerance * Math.abs(best.value)) break;
    const better = improve(simplex, evaluate);
    if (better) simplex[simplex.length - 1] = better;
    else for (let i = 1; i < simplex.length; i++) simplex[i] = evaluate(between(best.at, simplex[i]!.at, 0.5));
    simplex.sort(byValue);
  }
  return simplex[0]!;
}

/** a + weight (b - a), per coordinate. */
function between(a: number[], b: number[], weight: number): number[] {
  return a.map((x, j) => x + weight * (b[j]! - x));
}

/** Reflection, expansion or contraction of the worst vertex; null when only shrinking is left. */
function improve(simplex: Vertex[], evaluate: (at: number[]) => Vertex): Vertex | null {
  const worst = simplex.at(-1)!;
  const others = simplex.slice(0, -1);
  const centre = worst.at.map((_, j) => others.reduce((sum, vertex) => sum + vertex.at[j]!, 0) / others.length);
  const reflected = evaluate(between(centre, worst.at, -1));
  if (reflected.value < simplex[0]!.value) {
    const expanded = evaluate(between(centre, worst.at, -2));
    return expanded.value < reflected.value ? expanded : reflected;
  }
  if (reflected.value < others.at(-1)!.value) return reflected;
  const outside = reflected.value < worst.value;
  const contracted = evaluate(between(centre, worst.at, outside ? -0.5 : 0.5));
  return contracted.value < Math.min(reflected.value, worst.value) ? contracted : null;
}
