import { findNodeAtLocation, getNodeValue, modify, parseTree, applyEdits, type Edit } from 'jsonc-parser';
import { boundOf, type Gate } from '../../protocol/promptTest.js';

/** A change of a recipe's text that adds a test, and where the test then stands, in UTF-16 code units. */
export interface AddedTest {
  readonly edits: readonly Edit[];
  readonly offset: number;
  readonly length: number;
}

/** Adds a test to a recipe's text, whose comments stay; one of the same file and metric gets the new bound. `file` as a recipe names it. */
export function addedTest(text: string, file: string, { metric, bound }: Gate): AddedTest {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const list = root && findNodeAtLocation(root, ['tests']);
  const tests = (list ? getNodeValue(list) : []) as { file?: unknown; metric?: unknown }[];
  const known = tests.findIndex((test) => test.metric === metric && fileOf(test) === file);
  const field = boundOf(metric);
  const formattingOptions = { insertSpaces: !/^\t/m.test(text), tabSize: 2, eol: /\r\n/.test(text) ? '\r\n' : '\n' };
  const edits =
    known >= 0
      ? modify(text, ['tests', known, field], bound, { formattingOptions })
      : modify(text, ['tests', tests.length], { file, metric, [field]: bound }, { formattingOptions });
  const after = parseTree(applyEdits(text, edits), [], { allowTrailingComma: true });
  const { offset = 0, length = 0 } =
    (after && findNodeAtLocation(after, ['tests', known >= 0 ? known : tests.length])) ?? {};
  return { edits, offset, length };
}

function fileOf({ file }: { file?: unknown }): unknown {
  return typeof file === 'object' && file !== null && 'path' in file ? file.path : file;
}
