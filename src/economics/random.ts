/** Deterministic random numbers: small, fast, seeded. */

/**
 * `sfc32` ("small fast counter"), Chris Doty-Humphrey, PractRand: 96 bits of state and a 32-bit counter, passes
 * PractRand and BigCrush. https://pracrand.sourceforge.net/RNG_engines.txt
 */
export class Sfc32 {
  private a = 0;
  private b = 0;
  private c = 0;
  private counter = 1;

  /** Starts the stream of three seed words anew; all 32-bit. */
  seed(a: number, b: number, c: number): void {
    this.a = a | 0;
    this.b = b | 0;
    this.c = c | 0;
    this.counter = 1;
    // PractRand mixes fresh seeds by discarding; 15 rounds as in its own seeding.
    for (let i = 0; i < 15; i++) this.nextUint32();
  }

  nextUint32(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** Uniform in the open interval (0, 1), so that its logarithm is finite. */
  nextUnit(): number {
    return (this.nextUint32() + 0.5) / 4_294_967_296;
  }
}
