import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** The rooms, lowest first: a room may import itself and the rooms named with it, and nothing else under src. */
const engine = ['common', 'errors', 'protocol', 'store', 'data', 'graph', 'runtime', 'models', 'methods', 'evaluation'];
const rooms = {
  common: [],
  errors: ['common'],
  protocol: ['common', 'errors'],
  store: ['common', 'errors', 'protocol'],
  data: ['common', 'errors', 'protocol', 'store'],
  reports: ['common', 'errors', 'protocol', 'store'],
  graph: ['common', 'errors'],
  runtime: ['common', 'errors', 'protocol', 'store', 'graph'],
  models: engine.slice(0, 7),
  methods: engine.slice(0, 8),
  evaluation: engine.slice(0, 9),
  training: engine,
  trainer: [...engine, 'training'],
  cli: [...engine, 'training', 'reports'],
  host: ['common', 'errors', 'protocol', 'store', 'data', 'reports'],
};

/** Packages that only these folders may import, so that nothing else depends on them. */
const ownedPackages = {
  'onnxruntime-node': ['src/runtime/onnx'],
  'onnxruntime-common': ['src/runtime/onnx'],
  protobufjs: ['src/runtime/onnx', 'src/reports/tensorboard'],
  '@tensorflow/tfjs': ['src/runtime/tensorflow'],
  '@tensorflow/tfjs-core': ['src/runtime/tensorflow'],
  '@tensorflow/tfjs-node-gpu': ['src/runtime/tensorflow'],
  vscode: ['src/host'],
  lit: ['webview'],
  uplot: ['webview'],
};

const zones = Object.entries(rooms).map(([room, allowed]) => ({
  target: `./src/${room}`,
  from: './src',
  except: [room, ...allowed].map((name) => `./${name}`),
  message: `src/${room} may import only: ${[room, ...allowed].join(', ')} (see CONTRIBUTING.md).`,
}));

const restrictedPackages = (folder) => ({
  'no-restricted-imports': [
    'error',
    {
      paths: Object.entries(ownedPackages)
        .filter(([, owners]) => !owners.includes(folder))
        .map(([name, owners]) => ({ name, message: `Only ${owners.join(' and ')} may import ${name}.` })),
    },
  ],
});

/** Words of the interface that nothing could translate: `vscode.l10n.t` or `l10n.t` must have them. */
const letters = '/[A-Za-z]{2}/';
const messages = '/^(show(Information|Warning|Error)Message|setStatusBarMessage)$/';
const labels = '/^(title|placeHolder|placeholder|prompt|label|detail|description|tooltip|openLabel)$/';
const untranslated = {
  'no-restricted-syntax': [
    'error',
    ...[
      `CallExpression[callee.property.name=${messages}] > Literal[value=${letters}]`,
      `CallExpression[callee.property.name=${messages}] > TemplateLiteral > TemplateElement[value.raw=${letters}]`,
      `Property[key.name=${labels}] > Literal[value=${letters}]`,
      `CallExpression[callee.property.name=/^(description|argument|option)$/] > Literal[value=/ .* /]`,
      `TaggedTemplateExpression[tag.name='html'] TemplateElement[value.raw=/(^|>)[^<>]*[A-Za-z]{2}[^<>]*<|>[^<>]*[A-Za-z]{2}[^<>]*$/]`,
      `TaggedTemplateExpression[tag.name='html'] TemplateElement[value.raw=/ (title|label|aria-label|placeholder)="[^"]*[A-Za-z]/]`,
    ].map((selector) => ({ selector, message: 'Words that people see go through l10n.t.' })),
  ],
};

export default tseslint.config(
  { ignores: ['dist', 'node_modules', '**/*.tmp.*'] },
  ...tseslint.configs.strict,
  {
    files: ['**/*.ts'],
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [
        importX.createNodeResolver({ extensions: ['.ts', '.js'], extensionAlias: { '.js': ['.ts', '.js'] } }),
      ],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
    },
    rules: {
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': [
        'error',
        {
          zones: [
            ...zones,
            {
              target: './webview',
              from: './src',
              except: ['./protocol'],
              message: 'The webview imports src/protocol alone.',
            },
          ],
        },
      ],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      eqeqeq: 'error',
      ...restrictedPackages(undefined),
    },
  },
  ...[...new Set(Object.values(ownedPackages).flat())].map((folder) => ({
    files: [`${folder}/**/*.ts`],
    rules: restrictedPackages(folder),
  })),
  { files: ['src/host/**/*.ts', 'src/cli/**/*.ts', 'src/reports/**/*.ts', 'webview/**/*.ts'], rules: untranslated },
  {
    files: ['test/**/*.ts'],
    rules: { 'no-restricted-imports': 'off', '@typescript-eslint/no-non-null-assertion': 'off' },
  },
);
