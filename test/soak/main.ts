import { parseArgs } from 'node:util';
import { soakKills } from './kills.js';

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '20' }, 'while-writing': { type: 'string', default: '5' } },
});
await soakKills(Number(values.kills), Number(values['while-writing']));
