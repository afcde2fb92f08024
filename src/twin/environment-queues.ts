/** The two queues of the environment simulation: numbers in growing Float64Arrays, no object per request. */

const INITIAL_CAPACITY = 64;

/**
 * End times of running requests, earliest first. Equal durations end in the order in which they began, so an end time
 * not earlier than the last goes to a ring buffer in O(1); any other goes to a 4-ary heap in O(log n).
 */
export class EndTimes {
  /** The earliest end time; Infinity when nothing runs. */
  first = Infinity;
  private readonly ring = new Ring();
  private heap = new Float64Array(INITIAL_CAPACITY);
  private heapSize = 0;

  get size(): number {
    return this.ring.size + this.heapSize;
  }

  push(endMs: number): void {
    if (endMs < this.ring.last) this.pushOutOfOrder(endMs);
    else {
      this.ring.push(endMs);
      if (endMs < this.first) this.first = endMs;
    }
  }

  /** For an end time far beyond its neighbours, which would send all that follow it to the heap. */
  pushOutOfOrder(endMs: number): void {
    if (this.heapSize === this.heap.length) this.heap = grown(this.heap);
    const heap = this.heap;
    let i = this.heapSize++;
    while (i > 0) {
      const parent = (i - 1) >> 2;
      if (heap[parent]! <= endMs) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = endMs;
    if (endMs < this.first) this.first = endMs;
  }

  /** Removes and returns the earliest end time. */
  takeFirst(): number {
    const taken = this.first;
    if (taken === this.ring.first) this.ring.shift();
    else this.popHeap();
    const heapFirst = this.heapSize > 0 ? this.heap[0]! : Infinity;
    this.first = Math.min(this.ring.first, heapFirst);
    return taken;
  }

  dropUntil(atMs: number): void {
    while (this.first <= atMs) this.takeFirst();
  }

  private popHeap(): void {
    const heap = this.heap;
    const size = --this.heapSize;
    const moved = heap[size]!;
    let i = 0;
    for (;;) {
      const firstChild = 4 * i + 1;
      if (firstChild >= size) break;
      const lastChild = Math.min(firstChild + 3, size - 1);
      let least = firstChild;
      for (let child = firstChild + 1; child <= lastChild; child++) if (heap[child]! < heap[least]!) least = child;
      if (heap[least]! >= moved) break;
      heap[i] = heap[least]!;
      i = least;
    }
    heap[i] = moved;
  }
}

/** Idle on-demand environments by the time since which they are idle: taken newest first, expiring oldest first. */
export class IdleStack {
  private readonly ring = new Ring();

  get size(): number {
    return this.ring.size;
  }

  /** `sinceMs` must not be earlier than any pushed before. */
  push(sinceMs: number): void {
    this.ring.push(sinceMs);
  }

  takeNewest(): boolean {
    return this.ring.pop();
  }

  /** An environment idle since exactly `sinceMs` is dropped too: at its timeout it is gone. */
  dropOlderThan(sinceMs: number): void {
    while (this.ring.first <= sinceMs) this.ring.shift();
  }
}

/** A double-ended queue in a buffer whose length is a power of two. */
class Ring {
  /** The front value, Infinity when empty. */
  first = Infinity;
  /** The back value, -Infinity when empty. */
  last = -Infinity;
  size = 0;
  private values = new Float64Array(INITIAL_CAPACITY);
  private head = 0;

  push(value: number): void {
    if (this.size === this.values.length) this.grow();
    this.values[(this.head + this.size) & (this.values.length - 1)] = value;
    if (this.size++ === 0) this.first = value;
    this.last = value;
  }

  shift(): void {
    const mask = this.values.length - 1;
    this.head = (this.head + 1) & mask;
    if (--this.size === 0) this.clearEnds();
    else this.first = this.values[this.head]!;
  }

  /** Removes the back value; false when there is none. */
  pop(): boolean {
    if (this.size === 0) return false;
    if (--this.size === 0) this.clearEnds();
    else this.last = this.values[(this.head + this.size - 1) & (this.values.length - 1)]!;
    return true;
  }

  private clearEnds(): void {
    this.first = Infinity;
    this.last = -Infinity;
  }

  private grow(): void {
    const tail = this.values.subarray(this.head).slice();
    const front = this.values.subarray(0, this.head).slice();
    this.values = new Float64Array(this.values.length * 2);
    this.values.set(tail);
    this.values.set(front, tail.length);
    this.head = 0;
  }
}

function grown(values: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(values.length * 2);
  larger.set(values);
  return larger;
}
