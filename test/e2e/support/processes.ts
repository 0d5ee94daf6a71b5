import { readdir, readFile } from 'node:fs/promises';

/** The processes of this machine whose command line has a text in it, such as the path of a run. */
export async function processesNaming(text: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = pids.map(async (pid) => {
    // One that ended since has no command line.
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    return command.includes(text) ? [Number(pid)] : [];
  });
  return (await Promise.all(found)).flat();
}

export async function killProcessesNaming(text: string): Promise<void> {
  for (const pid of await processesNaming(text)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself meanwhile.
    }
  }
}
