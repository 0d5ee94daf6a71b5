type Numbers = Float32Array | Float64Array | Uint32Array;

/** Numbers that become more, in memory that doubles: a view costs nothing, and no number is an object. */
export interface Column<T extends Numbers> {
  readonly length: number;
  /** A view of all of them, good until more come. */
  values(): T;
  append(more: ArrayLike<number>): void;
  cut(length: number): void;
}

const smallest = 1024;

export function column<T extends Numbers>(make: new (length: number) => T): Column<T> {
  let memory = new make(smallest);
  let length = 0;
  return {
    get length() {
      return length;
    },
    values: () => memory.subarray(0, length) as T,
    append: (more) => {
      if (length + more.length > memory.length) {
        const larger = new make(Math.max(2 * memory.length, length + more.length));
        larger.set(memory);
        memory = larger;
      }
      memory.set(more, length);
      length += more.length;
    },
    cut: (kept) => {
      length = Math.min(length, kept);
    },
  };
}
