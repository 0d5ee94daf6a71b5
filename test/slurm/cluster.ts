import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { mkdir, open, readdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const nodes = ['node1', 'node2'] as const;
export type NodeName = (typeof nodes)[number];

/** A Slurm cluster on this machine: a controller, and two nodes of one processor each. */
export interface Cluster {
  /** For sbatch and squeue. */
  readonly environment: NodeJS.ProcessEnv;
  /** What sinfo and squeue say now, for a log. */
  state(): string;
  /** The processes that a node's tasks are. */
  tasksOn(node: NodeName): Promise<number[]>;
  /** As if its plug were pulled: the daemon and all that it started, at once. */
  killNode(node: NodeName): Promise<void>;
  stop(): Promise<void>;
}

/** Undefined where this machine can run one: Debian's slurmctld, slurmd and munge, and root, who may start jobs for users. */
export function whyNoSlurm(): string | undefined {
  if (process.platform !== 'linux') return 'Slurm runs on Linux';
  if (process.getuid?.() !== 0) return 'slurmd must be root to start jobs';
  for (const program of ['slurmctld', 'slurmd', 'munged', 'sbatch', 'squeue']) {
    try {
      execFileSync('which', [program], { stdio: 'ignore' });
    } catch {
      return `${program} is missing (Debian: apt-get install slurm-wlm munge)`;
    }
  }
  return undefined;
}

export async function startCluster(folder: string): Promise<Cluster> {
  const file = (name: string): string => join(folder, name);
  const port = randomInt(20_000, 50_000);
  await mkdir(file('state'), { recursive: true });
  await writeFile(file('munge.key'), randomBytes(128), { mode: 0o600 });
  await writeFile(file('slurm.conf'), configuration(folder, port));
  const environment = { ...process.env, SLURM_CONF: file('slurm.conf') };

  const daemons: ChildProcess[] = [];
  const start = async (program: string, argv: readonly string[]): Promise<ChildProcess> => {
    const log = await open(file(`${program}.out`), 'a');
    const child = spawn(program, argv, { env: environment, stdio: ['ignore', log.fd, log.fd], detached: true });
    await log.close();
    daemons.push(child);
    return child;
  };
  const state = (): string => {
    const call = (program: string): string => execFileSync(program, ['--all'], { env: environment, encoding: 'utf8' });
    return call('sinfo') + call('squeue');
  };
  const paths = [
    'key-file=munge.key',
    'socket=munge.socket',
    'pid-file=munge.pid',
    'log-file=munge.log',
    'seed-file=munge.seed',
  ];
  await start('munged', ['--foreground', '--force', ...paths.map((path) => `--${path.replace('=', `=${folder}/`)}`)]);
  await until(async () => (await readdir(folder)).includes('munge.socket'), 'munged');
  await start('slurmctld', ['-D']);
  const byNode = new Map<NodeName, ChildProcess>();
  for (const node of nodes) byNode.set(node, await start('slurmd', ['-D', '-N', node]));
  await until(() => /\b2\s+idle\b/.test(state()), 'the nodes');

  return {
    environment,
    state,
    tasksOn,
    killNode: async (node) => {
      const daemon = byNode.get(node)?.pid;
      if (daemon !== undefined) process.kill(daemon, 'SIGKILL');
      for (const task of await tasksOn(node)) {
        // Who watches over it first, who would tell the controller of its end.
        const watcher = await parentOf(task);
        if (watcher > 1) kill(watcher);
        kill(task);
      }
    },
    stop: async () => {
      for (const node of nodes) for (const task of await tasksOn(node)) kill(task);
      for (const { pid, exitCode } of daemons) if (pid !== undefined && exitCode === null) kill(pid);
    },
  };
}

const configuration = (folder: string, port: number): string => `ClusterName=softprompt
SlurmctldHost=${hostname()}(127.0.0.1)
SlurmctldPort=${port}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=${folder}/munge.socket,cred_expire=10
StateSaveLocation=${folder}/state
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmctldLogFile=${folder}/slurmctld.log
SlurmdSpoolDir=${folder}/spool-%n
SlurmdPidFile=${folder}/slurmd-%n.pid
SlurmdLogFile=${folder}/slurmd-%n.log
SlurmdTimeout=10
KillWait=5
ReturnToService=2
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=batch_sched_delay=1,sched_interval=5
MpiDefault=none
${nodes.map((node, i) => `NodeName=${node} NodeHostname=${hostname()} NodeAddr=127.0.0.1 Port=${port + 1 + i} CPUs=1`).join('\n')}
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`;

/** Slurm tells each task the name of its node. */
async function tasksOn(node: NodeName): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const environment = await readFile(`/proc/${name}/environ`, 'utf8').catch(() => '');
    if (environment.split('\0').includes(`SLURMD_NODENAME=${node}`)) found.push(Number(name));
  }
  return found;
}

async function parentOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1] ?? 0);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const holds = await Promise.resolve()
      .then(isSo)
      .catch(() => false);
    if (holds) return;
    if (Date.now() > deadline) throw new Error(`${what} did not come up within a minute.`);
    await sleep(200);
  }
}
