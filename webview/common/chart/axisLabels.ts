/** Numbers without the zeros behind the point that all of them end in: 2.000 and 4.000 are 2 and 4. Those left out are empty. */
export function withoutSharedZeros(labels: readonly string[]): string[] {
  const shown = labels.some((label) => label !== '');
  const shared = shown && labels.every((label) => label === '' || /\.\d*0(?= %$|$)/.test(label));
  return shared ? withoutSharedZeros(labels.map((label) => label.replace(/\.?0(?= %$|$)/, ''))) : [...labels];
}
