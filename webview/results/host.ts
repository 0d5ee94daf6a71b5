import type { FromResults, KeptResults, ToResults } from '../../src/protocol/resultsMessages.js';
import { openHost } from '../common/host.js';

export const { post, listen, keep } = openHost<FromResults, ToResults, KeptResults>();
