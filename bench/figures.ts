/** Milliseconds, sorted → what is printed of them. */
export interface Figures {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export function figuresOf(samples: readonly number[]): Figures {
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const median =
    sorted.length % 2 === 1
      ? (sorted[Math.floor(middle)] ?? Number.NaN)
      : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
  return { median, least: sorted[0] ?? Number.NaN, most: sorted.at(-1) ?? Number.NaN };
}

export function figuresLine(label: string, samples: readonly number[]): string {
  const { median, least, most } = figuresOf(samples);
  const seconds = (ms: number): string => (ms / 1_000).toFixed(3);
  return `${label.padEnd(58)} median ${seconds(median)} s   least ${seconds(least)}   most ${seconds(most)}   n=${samples.length}`;
}
