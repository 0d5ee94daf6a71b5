import { sweepCharts } from '../../../src/reports/sweepSection.js';
import { lineChart, type Chart } from '../../../src/reports/lineChart.js';
import { meanText, summariseSweep, valueText, type SweepTable } from '../../../src/protocol/sweepTable.js';
import { metricText } from '../../../src/protocol/numbers.js';

const lengthField = 'method.num_virtual_tokens';
const beginningField = 'method.prompt_tuning_init';

/** A sweep over lengths and beginnings: a line for each beginning, a column for each length; the same drawn. */
export function lengthsPage(table: SweepTable): { readonly markdown: string; readonly chart?: string } {
  const summary = summariseSweep(table);
  const { rows, score } = summary;
  const distinct = (field: string): unknown[] => [...new Set(rows.map(({ values }) => values[field]))];
  const lengths = distinct(lengthField);
  const cell = (beginning: unknown, length: unknown): string => {
    const row = rows.find(({ values }) => values[beginningField] === beginning && values[lengthField] === length);
    if (!row || !score || row.scores.length === 0) return '–';
    const missing = row.scores.length === row.runs ? '' : ` (${row.scores.length} of ${row.runs})`;
    return meanText(score.metric, row.mean, row.deviation) + missing;
  };
  const done = table.results.filter(({ state }) => state === 'finished').length;
  const bare = rows.find(({ baseline }) => baseline !== undefined)?.baseline;
  const [drawn] = sweepCharts(summary, table.name);
  const chart = drawn && standalone(drawn);
  const markdown = [
    `### ${table.name}`,
    '',
    `${done} of ${table.results.length} runs finished; ${score ? `${score.split} ${score.metric}` : 'nothing scored'}, mean ± one deviation over the seeds${
      bare === undefined || !score ? '' : `; without a prompt ${metricText(score.metric, bare)}`
    }.`,
    '',
    ...tableLines(lengths, distinct(beginningField), cell),
    ...(chart === undefined ? [] : [`![Score against prompt length](${table.name}.svg)`, '']),
  ].join('\n');
  return { markdown, ...(chart !== undefined && { chart }) };
}

const tableLines = (
  lengths: readonly unknown[],
  beginnings: readonly unknown[],
  cell: (beginning: unknown, length: unknown) => string,
): string[] => [
  `| virtual tokens | ${lengths.map(String).join(' | ')} |`,
  `| --- | ${lengths.map(() => '---').join(' | ')} |`,
  ...beginnings.map((of) => `| ${valueText(of)} | ${lengths.map((length) => cell(of, length)).join(' | ')} |`),
  '',
];

/** A report's chart as a file of its own, with its style and its legend inside. */
function standalone(chart: Chart): string | undefined {
  const [svg] = /<svg viewBox[^]*?<\/svg>/.exec(lineChart(chart)?.markup ?? '') ?? [];
  const legend = chart.lines
    .filter(({ points }) => points.length > 0)
    .map(({ label, look }, i) => {
      const x = 60 + 140 * (i % 3);
      const y = 246 + 18 * Math.floor(i / 3);
      return `<path class="line ${look}" d="M${x} ${y - 4}h24" /><text x="${x + 30}" y="${y}">${label.replace('prompt_tuning_init ', '')}</text>`;
    });
  return svg
    ?.replace('<svg viewBox="0 0 480 230"', `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 280" width="720"`)
    .replace('>', `><style>${style}</style><rect width="480" height="280" fill="#ffffff" />`)
    .replace('</svg>', `${legend.join('')}</svg>\n`);
}

const colours = {
  first: '#0969da',
  second: '#8250df',
  third: '#1a7f37',
  fourth: '#cf222e',
  fifth: '#bc4c00',
  level: '#9a6700',
};
const style = [
  'text { fill: #59636e; font: 12px system-ui, sans-serif; }',
  '.end { text-anchor: end; } .middle { text-anchor: middle; }',
  '.grid { stroke: #d1d9e0; stroke-width: 0.6; } .line { fill: none; stroke-width: 1.8; } .band { opacity: 0.16; }',
  ...Object.entries(colours).map(
    ([look, colour]) => `.line.${look} { stroke: ${colour}; } .band.${look}, circle.${look} { fill: ${colour}; }`,
  ),
  '.line.second { stroke-dasharray: 7 4; } .line.third { stroke-dasharray: 2 2; } .line.level { stroke-dasharray: 2 3; }',
].join('\n');
