import { benchCompare } from './compare.js';
import { benchStep } from './step.js';

const [command, ...args] = process.argv.slice(2);
if (command === 'step') await benchStep(args);
else if (command === undefined || command.startsWith('--')) await benchCompare(process.argv.slice(2));
else throw new Error(`there is no bench "${command}"; see CONTRIBUTING.md`);
