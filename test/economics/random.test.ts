import { describe, expect, it } from 'vitest';
import { Sfc32 } from '../../src/economics/random.ts';

describe('Sfc32', () => {
  // From a transcription of PractRand's definition in Python with unbounded integers, 15 outputs discarded after seeding.
  it.each([
    [
      [0, 0, 0],
      [4216505632, 947923937, 2491578854, 3964400089, 2091952393],
    ],
    [
      [1, 2, 3],
      [3987121759, 92551270, 1122162139, 24194941, 3548292025],
    ],
    [
      [0xffffffff, 0x80000000, 0x12345678],
      [860932362, 3118427643, 1621443889, 3532144596, 3754607049],
    ],
  ])('seeded with %j gives the reference stream', ([a, b, c], expected) => {
    const random = new Sfc32();
    random.seed(a!, b!, c!);
    expect(expected.map(() => random.nextUint32())).toEqual(expected);
  });

  it('never gives 0 or 1, whose logarithms would break the sampling', () => {
    const random = new Sfc32();
    random.nextUint32 = () => 0;
    expect(Math.log(random.nextUnit())).toBeGreaterThan(-Infinity);
    random.nextUint32 = () => 0xffffffff;
    expect(random.nextUnit()).toBeLessThan(1);
  });
});
