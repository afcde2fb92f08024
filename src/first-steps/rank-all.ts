/** A ranking of many functions: each is read when its turn comes, and one that cannot be read does not stop the others. */
import { InputError, RefusedError, TransientError } from '../errors.ts';
import {
  inOrder,
  type Progress,
  rankAtOnce,
  rankByComparison,
  rankByReplay,
  type Ranked,
  type RankSubject,
} from './rank.ts';

export interface RankSource {
  name: string;
  /** Called a second time for the replay where there are too many to hold. Null for what turns out to be no metrics. */
  load: () => Promise<RankSubject | null>;
}

export interface Ranking {
  ranked: Ranked[];
  /** `wrongInput` where it is the user's to mend, rather than AWS that failed. */
  failed: { name: string; error: string; wrongInput: boolean }[];
  /** The names of what turned out to be no metrics. */
  skipped: string[];
}

export interface RankOptions {
  /** So many are replayed; where there are more, the controller's own comparison says which. */
  replayAtMost: number;
  /** Hears the share of all work that is done, and whose turn it is; may make it wait. */
  onProgress?: (share: number, name: string) => Promise<void> | void;
}

/** Measured on data/traces: a comparison takes a fifth of a replay's time. */
const COMPARISON_WORK = 1;
const REPLAY_WORK = 5;

export async function rankAll(sources: readonly RankSource[], options: RankOptions): Promise<Ranking> {
  const { replayAtMost, onProgress = () => undefined } = options;
  const failed: Ranking['failed'] = [];
  const skipped: string[] = [];
  const compareFirst = sources.length > replayAtMost;
  const comparisons = compareFirst ? sources.length : 0;
  const work = COMPARISON_WORK * comparisons + REPLAY_WORK * Math.min(sources.length, replayAtMost);
  let done = 0;
  const pass = async (some: readonly RankSource[], amount: number, rank: Rank) => {
    const ranked: Ranked[] = [];
    for (const { name, load } of some) {
      try {
        const subject = await load();
        if (subject === null) skipped.push(name);
        else ranked.push(await rank(subject, (share) => onProgress((done + amount * share) / work, name)));
      } catch (error) {
        failed.push({ name, error: expectedMessage(error), wrongInput: error instanceof InputError });
      }
      done += amount;
      await onProgress(Math.min(1, done / work), name);
    }
    return ranked;
  };
  const replayed: Rank = async (subject, heard) => (await rankAtOnce(subject)) ?? rankByReplay(subject, heard);
  if (!compareFirst) return { ranked: inOrder(await pass(sources, REPLAY_WORK, replayed)), failed, skipped };
  const compared: Rank = async (subject) => (await rankAtOnce(subject)) ?? rankByComparison(subject);
  const first = inOrder(await pass(sources, COMPARISON_WORK, compared));
  const best = first.filter(({ basis }) => basis === 'comparison').slice(0, replayAtMost);
  const chosen = new Set(best.map(({ name }) => name));
  const again = await pass(
    sources.filter(({ name }) => chosen.has(name)),
    REPLAY_WORK,
    rankByReplay,
  );
  return { ranked: inOrder([...again, ...first.filter(({ name }) => !chosen.has(name))]), failed, skipped };
}

type Rank = (subject: RankSubject, onProgress: Progress) => Promise<Ranked>;

/** A bug is thrown on. */
function expectedMessage(error: unknown): string {
  if (error instanceof InputError || error instanceof RefusedError || error instanceof TransientError) {
    return error.message;
  }
  throw error;
}
