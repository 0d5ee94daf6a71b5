import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';

/** That the arrows between rooms are enforced at all: a resolver that finds nothing would let every import pass. */
const eslint = new ESLint();
const rulesBroken = async (filePath: string, text: string): Promise<(string | null)[]> => {
  const [result] = await eslint.lintText(text, { filePath });
  return result?.messages.map((m) => m.ruleId) ?? [];
};

describe('the lint rules', () => {
  it('let a room import the rooms above it', async () => {
    expect(await rulesBroken('src/graph/zz.ts', "export { defined } from '../common/assert.js';\n")).toEqual([]);
  });
  it('refuse an import of a room below', async () => {
    const broken = await rulesBroken('src/common/zz.ts', "export { addDims } from '../graph/shape.js';\n");
    expect(broken).toEqual(['import-x/no-restricted-paths']);
  });
  it('keep the engine out of the extension host', async () => {
    const broken = await rulesBroken('src/host/zz.ts', "export { train } from '../training/run.js';\n");
    expect(broken).toEqual(['import-x/no-restricted-paths']);
  });
  it('keep the webview to the protocol', async () => {
    const broken = await rulesBroken(
      'webview/zz.ts',
      "export { packEvents } from '../src/host/panels/packEvents.js';\n",
    );
    expect(broken).toEqual(['import-x/no-restricted-paths']);
  });
  it('keep onnxruntime-node in its own folder', async () => {
    const broken = await rulesBroken('src/models/zz.ts', "export { InferenceSession } from 'onnxruntime-node';\n");
    expect(broken).toEqual(['no-restricted-imports']);
  });
});
