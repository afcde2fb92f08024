/** Property tests draw from one seed, so that a run fails for what was changed and not by chance. */
import fc from 'fast-check';

const seed = Number(process.env.FAST_CHECK_SEED ?? 1);
if (!Number.isInteger(seed)) throw new Error('FAST_CHECK_SEED must be a whole number');
fc.configureGlobal({ seed });
