/** Numbers that the panel alone shows. */
export function lossText(value: number): string {
  return Math.abs(value) >= 1000 ? value.toExponential(2) : value.toFixed(3);
}

export function memoryText(megabytes: number): string {
  return megabytes < 1000 ? `${megabytes.toFixed(0)} MB` : `${(megabytes / 1024).toFixed(1)} GB`;
}
