import { afterAll } from 'vitest';
import { stopEditors } from './editor.js';

afterAll(stopEditors);
