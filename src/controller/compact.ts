/** Fewer, longer levels: the least surplus that a given number of scheduled actions allows. */

/** A stretch of equal level: indices [from, to). */
interface Piece {
  from: number;
  to: number;
  level: number;
}

/**
 * Replaces a step function by one with at most `maxPieces` pieces that is nowhere below it and adds the least
 * level x time. Exact, by dynamic programming over the pieces: O(pieces^2 x maxPieces).
 *
 * best(j, k) = min over i < j of best(i, k - 1) + max(level[i..j)) x length(i..j) - area(i..j)
 */
export function compact(levels: Int32Array, maxPieces: number): Int32Array {
  if (!hasMorePieces(levels, maxPieces)) return levels;
  const pieces = piecesOf(levels);
  const cuts = cheapestCuts(pieces, Math.max(1, maxPieces));
  const result = new Int32Array(levels.length);
  for (let c = 1; c < cuts.length; c++) {
    const group = pieces.slice(cuts[c - 1], cuts[c]);
    const level = group.reduce((highest, piece) => Math.max(highest, piece.level), 0);
    result.fill(level, group[0]!.from, group.at(-1)!.to);
  }
  return result;
}

function hasMorePieces(levels: Int32Array, maxPieces: number): boolean {
  let pieces = levels.length === 0 ? 0 : 1;
  for (let i = 1; i < levels.length; i++) if (levels[i] !== levels[i - 1]) pieces++;
  return pieces > maxPieces;
}

function piecesOf(levels: Int32Array): Piece[] {
  const pieces: Piece[] = [];
  for (let i = 0; i < levels.length; i++) {
    const last = pieces.at(-1);
    if (last && last.level === levels[i]) last.to = i + 1;
    else pieces.push({ from: i, to: i + 1, level: levels[i]! });
  }
  return pieces;
}

/**
 * Indices of the pieces at which groups begin, and the number of pieces at the end. A group's surplus only grows with its
 * length, so the search back from each end stops where that alone is no better than the best found.
 */
function cheapestCuts(pieces: Piece[], groups: number): number[] {
  const n = pieces.length;
  const level = Float64Array.from(pieces, (piece) => piece.level);
  const length = Float64Array.from(pieces, (piece) => piece.to - piece.from);
  let best = new Float64Array(n + 1).fill(Infinity);
  best[0] = 0;
  const cameFrom: Int32Array[] = [];
  for (let group = 0; group < groups; group++) {
    const from = new Int32Array(n + 1);
    best = extend(best, { level, length, group }, from);
    cameFrom.push(from);
  }
  const cuts = [n];
  for (let group = groups - 1; group >= 0; group--) cuts.unshift(cameFrom[group]![cuts[0]!]!);
  return cuts;
}

/** The least surplus of the first `end` pieces in one group more, for every `end`; `from` gets where the last group begins. */
function extend(
  best: Float64Array,
  { level, length, group }: { level: Float64Array; length: Float64Array; group: number },
  from: Int32Array,
): Float64Array<ArrayBuffer> {
  const next = new Float64Array(best.length).fill(Infinity);
  for (let end = group + 1; end < best.length; end++) {
    let highest = 0;
    let area = 0;
    let covered = 0;
    let least = Infinity;
    for (let start = end - 1; start >= group; start--) {
      highest = Math.max(highest, level[start]!);
      area += level[start]! * length[start]!;
      covered += length[start]!;
      const surplus = highest * covered - area;
      if (surplus >= least) break;
      const total = best[start]! + surplus;
      if (total < least) {
        least = total;
        from[end] = start;
      }
    }
    next[end] = least;
  }
  return next;
}
