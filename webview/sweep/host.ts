import type { FromSweepPanel, SweepPanelState, ToSweepPanel } from '../../src/protocol/sweepMessages.js';
import { openHost } from '../common/host.js';

export const { post, listen, keep } = openHost<FromSweepPanel, ToSweepPanel, SweepPanelState>();
