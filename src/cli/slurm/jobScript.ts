export interface JobScript {
  readonly name: string;
  /** The runs' names, by their tasks' numbers. */
  readonly runs: readonly string[];
  /** The sweep's folder; logs and the script are kept in its `slurm`. */
  readonly folder: string;
  readonly logs: string;
  /** Where recipes' runs are at home: the current folder of whoever submits. */
  readonly workingFolder: string;
  /** Node and the program. */
  readonly program: readonly string[];
}

/**
 * The script of an array job, a task for each run. Slurm keeps a copy: what a number means stays, whatever the recipe becomes. It puts the tasks of a lost node back into its queue (--requeue), and
 * tells a task a minute before its time is over, which then ends cleanly.
 */
export function jobScript({ name, runs, folder, logs, workingFolder, program }: JobScript): string {
  return `#!/bin/sh
#SBATCH --job-name=softprompt-${name}
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=B:TERM@60
#SBATCH --chdir=${directive(workingFolder)}
#SBATCH --output=${directive(logs).replaceAll('%', '%%')}/%a.log
set -- ${runs.map(quoted).join(' ')}
shift "$SLURM_ARRAY_TASK_ID"
exec ${program.map(quoted).join(' ')} sweep-run ${quoted(folder)} "$1" --place slurm
`;
}

/** For sh: nothing between single quotes means anything. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** For sbatch's own reading of its lines, where a backslash keeps a space or a quote as it is. */
const directive = (path: string): string => path.replace(/[\\ "'#]/g, String.raw`\$&`);

/** 0,1,2,5 as sbatch reads them: 0-2,5 */
export function arrayText(indices: readonly number[]): string {
  const ranges: [from: number, to: number][] = [];
  for (const index of [...indices].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && index === last[1] + 1) last[1] = index;
    else ranges.push([index, index]);
  }
  return ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(',');
}
