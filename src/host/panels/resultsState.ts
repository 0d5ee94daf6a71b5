import { basename } from 'node:path';
import { describeMessage } from '../../errors/catalogue.js';
import type { KeptResults, ResultsState } from '../../protocol/resultsMessages.js';
import type { FileEvaluation } from '../editor/fileEvaluation.js';

/** An evaluation as the results panel shows it. `file`: as it is called in the workspace. */
export function resultsState(evaluation: FileEvaluation, file: string, training: readonly string[]): ResultsState {
  const { name, state, version, done, total, marks, task, summary, problem, trainedOn, changedSince, judge } =
    evaluation;
  const { right, wrong, problems } = marks.counts();
  const isUnderWay = state === 'starting' || state === 'running';
  const members = judge.prompts.length > 1 ? judge.prompts.map((folder) => basename(folder)) : [];
  return {
    file,
    name,
    state,
    version,
    done,
    total,
    rows: marks.rows,
    right,
    wrong,
    problems,
    ...(task && { task: task.task }),
    ...(summary && { summary }),
    ...(problem && { problem: describeMessage(problem) }),
    training: isUnderWay ? training : [],
    trainedOn,
    changedSince,
    members,
    ...(members.length > 0 && { vote: judge.vote ?? 'majority' }),
  };
}

/** The panel of a file whose evaluation was cleared. */
export function noResults({ name }: KeptResults, file: string): ResultsState {
  return {
    file,
    name,
    state: 'none',
    version: 0,
    done: 0,
    total: 0,
    rows: 0,
    right: 0,
    wrong: 0,
    problems: 0,
    training: [],
    trainedOn: 0,
    changedSince: false,
    members: [],
  };
}
