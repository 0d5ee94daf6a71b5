import { benchStep } from './step.js';

const [command, ...args] = process.argv.slice(2);
if (command === 'step') await benchStep(args);
else throw new Error(`npm run bench -- step …; there is no bench ${command}`);
