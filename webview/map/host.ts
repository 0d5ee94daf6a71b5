import type { FromMapPage, MapState, ToMapPage } from '../../src/protocol/mapMessages.js';
import { openHost } from '../common/host.js';

export const { post, listen, keep, kept } = openHost<FromMapPage, ToMapPage, MapState>();
