import type { EnsemblePanelState, FromEnsemblePanel, ToEnsemblePanel } from '../../src/protocol/ensembleMessages.js';
import { openHost } from '../common/host.js';

export const { post, listen, keep } = openHost<FromEnsemblePanel, ToEnsemblePanel, EnsemblePanelState>();
