/** As few letters of each label as tell it from the others, in capitals; labels that cannot be cut stay as they are. */
export function shortLabels(labels: readonly string[]): ReadonlyMap<string, string> {
  const longest = Math.max(0, ...labels.map((label) => label.length));
  for (let length = 1; length < Math.min(4, longest); length++) {
    const cut = labels.map((label) => [...label].slice(0, length).join('').toUpperCase());
    if (new Set(cut).size === labels.length) return new Map(labels.map((label, i) => [label, cut[i] ?? label]));
  }
  return new Map(labels.map((label) => [label, label]));
}
