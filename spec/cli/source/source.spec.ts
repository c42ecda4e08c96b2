/** From a NAME to an experiment or a sweep: every kind of file means the same, and paths begin where they are written. */

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { experimentFrom, namedFrom, sweepFrom } from '../../../src/cli/source/source.js';
import { experimentNamed } from '../../../src/experiments/catalogue.js';
import { decodeExperiment } from '../../../src/experiments/experiment.js';
import { targetOf } from '../../../src/experiments/loss.js';
import { sweepNamed } from '../../../src/experiments/sweep/sweeps.js';
import { right, sentence } from '../../support/either.js';

const draft = {
  name: 'mine/cnn',
  task: { name: 'tetrominoes', size: 20, cell: 3, train: 8 },
  model: { name: 'cnn', layers: 2 },
  loss: 'focal',
  training: { batch: 4 },
};

describe('a NAME', () => {
  let folder = '';
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'drumhead-source-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('means the same as JSON, YAML, TypeScript and JavaScript', async () => {
    const expected = right(decodeExperiment(draft));
    const json = JSON.stringify(draft);
    const files = [
      write('a.json', json),
      write('a.yaml', stringify(draft)),
      write('a.yml', stringify(draft, { defaultStringType: 'QUOTE_DOUBLE' })),
      write(
        'a.ts',
        `interface A { readonly name: string }\nconst a: A & object = ${json};\nexport default a;`,
      ),
      write('a.mjs', `export default Promise.resolve(${json});`),
      write('a.cjs', `module.exports = ${json};`),
      write('b.ts', `import a from './a.ts';\nexport default { _tag: 'Right', right: a };`),
    ];
    for (const file of files)
      assert.deepEqual(right(await experimentFrom(file, 'full')()).experiment, expected, file);
  });

  it('is a name of the catalogue at a preset, with settings and digits of a folder', async () => {
    const small = right(await experimentFrom('mnist/cnn-2', 'small')()).experiment;
    assert.deepEqual(small, right(experimentNamed('mnist/cnn-2', 'small')));
    const flags = { set: ['task.train=7', 'loss.target=image'], mnistDir: 'digits' };
    const { task, loss } = right(await experimentFrom('mnist/cnn-2', 'small', flags)()).experiment;
    assert.ok(task.name === 'mnist' && task.train === 7 && task.mnistDir === resolve('digits'));
    assert.equal(targetOf(loss), 'image');
    const sweep = right(await sweepFrom('paper/small', 'full', { mnistDir: '/digits' })());
    const dirs = sweep.members.map(({ experiment }) =>
      'mnistDir' in experiment.task ? experiment.task.mnistDir : '-',
    );
    assert.deepEqual([...new Set(dirs)].sort(), ['-', '/digits']);
    assert.match(
      sentence(await experimentFrom('tetrominoes/cnn-2', 'full', flags)()),
      /--mnist-dir: it does nothing here, since .* has no digits of MNIST/,
    );
  });

  it('is a sweep of the catalogue or of a file, and an experiment is a sweep of one', async () => {
    assert.deepEqual(
      right(await sweepFrom('paper/small-first', 'full')()),
      right(sweepNamed('paper/small-first')),
    );
    const file = write(
      's.yaml',
      stringify({ name: 's', experiment: draft, vary: { 'model.layers': [2, 4] } }),
    );
    assert.equal(right(await sweepFrom(file, 'full')()).members.length, 2);
    assert.equal(right(await sweepFrom('mnist/cnn-2', 'full')()).members.length, 1);
    assert.match(
      sentence(await experimentFrom(file, 'full')()),
      /a sweep of 2 experiments; run it by `drumhead sweep/,
    );
  });

  it('has paths that begin at its file, and those typed where they are typed', async () => {
    mkdirSync(join(folder, 'deep'));
    const task = { name: 'png', folder: '../images' };
    const file = write(join('deep', 'p.json'), JSON.stringify({ ...draft, task }));
    const at = right(await experimentFrom(file, 'full')()).experiment.task;
    assert.ok(at.name === 'png' && at.folder === join(folder, 'images'));
    const typed = right(await experimentFrom(file, 'full', { set: ['task.folder=here'] })()).experiment.task;
    assert.ok(typed.name === 'png' && typed.folder === resolve('here'));
  });

  it('at a preset keeps what its axes, its settings and --set say, and never becomes larger', async () => {
    const file = write(
      'axes.yaml',
      stringify({
        name: 'axes',
        experiment: 'tetrominoes/nwm-linear',
        set: { 'training.batch': 32 },
        vary: { 'training.rate': [0.001, 0.01], 'model.steps': [10, 90], seeds: [[0], [3, 4]] },
      }),
    );
    const sizes = { quick: 32, small: 40, full: 64 };
    for (const [preset, size] of Object.entries(sizes)) {
      const { members } = right(await sweepFrom(file, preset, { set: ['model.dt=0.125'] })());
      assert.equal(members.length, 8);
      for (const { axes, experiment } of members) {
        const { model, training, seeds } = experiment;
        assert.ok(model.name === 'nwm');
        assert.deepEqual(
          [axes['training.rate'], axes['model.steps'], axes.seeds],
          [training.rate, model.steps, JSON.stringify(seeds)],
        );
        assert.deepEqual([training.batch, model.dt], [32, 0.125]);
        assert.ok(preset === 'full' || training.epochs < 300);
        assert.ok('size' in experiment.task && experiment.task.size === size);
      }
    }
    const own = write('own.json', JSON.stringify({ ...draft, training: { batch: 4, epochs: 2 }, seeds: 7 }));
    const found = right(await experimentFrom(own, 'quick')());
    const { task, training, seeds } = found.experiment;
    assert.ok(task.name === 'tetrominoes');
    assert.deepEqual([task.size, task.train, training.epochs, training.batch, seeds], [20, 8, 2, 4, [7]]);
    assert.match(
      found.notes.join(),
      /--preset quick changes task.validation 1000 -> 64.*training.schedule constant -> /,
    );
  });

  it('lets no flag change an axis, nor two flags one setting', async () => {
    const vary = { 'training.rate': [0.001, 0.01], model: ['cnn', 'nwm'] };
    const file = write('fixed.yaml', stringify({ name: 'fixed', experiment: 'tetrominoes/cnn-2', vary }));
    const refused: readonly (readonly [readonly string[], RegExp])[] = [
      [['training.rate=0.5'], /^--set: training.rate is an axis of fixed, whose members differ in it/],
      [['training={"rate":0.5}'], /^--set: training is moved by the axis training.rate/],
      [['model=unet'], /^--set: model is an axis of fixed/],
      [['model.name=unet'], /^--set: model.name is moved by the axis model/],
      [['training.batch=1', 'training.batch=2'], /^--set: training.batch is set twice/],
    ];
    for (const [set, says] of refused) assert.match(sentence(await namedFrom(file, 'full', { set })()), says);
    assert.equal(right(await sweepFrom(file, 'full', { set: ['model.hidden=[8]'] })()).members.length, 4);
    assert.match(
      sentence(await namedFrom('paper/tetrominoes', 'quick', { set: ['model.readout=fft'] })()),
      /model.readout is moved by the axis readout/,
    );
    const seeds = write(
      'seeds.yaml',
      stringify({ name: 's', experiment: 'mnist/cnn-2', vary: { seeds: [0, 1] } }),
    );
    const overrides = [{ flag: '--seed', path: 'seeds', value: [3] }];
    assert.match(sentence(await namedFrom(seeds, 'full', { overrides })()), /^--seed: seeds is an axis of s/);
    const digits = write(
      'd.yaml',
      stringify({ name: 'd', experiment: 'mnist/cnn-2', vary: { 'task.mnistDir': ['a', 'b'] } }),
    );
    assert.match(
      sentence(await namedFrom(digits, 'full', { mnistDir: 'c' })()),
      /^--mnist-dir: task.mnistDir is an axis/,
    );
    const epochs = [{ flag: '--epochs', path: 'training.epochs', value: 3 }];
    assert.match(
      sentence(await namedFrom('mnist/cnn-2', 'full', { set: ['training.epochs=2'], overrides: epochs })()),
      /^--epochs: --set sets training.epochs too/,
    );
  });

  it('takes values as they are typed', async () => {
    const typed = async (...set: readonly string[]) =>
      right(await experimentFrom('mnist/nwm-linear', 'full', { set })()).experiment;
    for (const [text, rate] of [
      ['.001', 0.001],
      ['1e-3', 0.001],
      ['+1', 1],
      ['5.', null],
      ['0.5', 0.5],
    ] as const)
      if (rate !== null) assert.equal((await typed(`training.rate=${text}`)).training.rate, rate);
    for (const text of ['0x10', '1_000', 'NaN', 'Infinity', 'true', 'one'])
      assert.match(
        sentence(await namedFrom('mnist/cnn-2', 'full', { set: [`training.rate=${text}`] })()),
        /training.rate: .* is not a number from 0 to 1/,
      );
    const { task, training, model, seeds } = await typed(
      'task.mnistDir=2024',
      'training.clip=null',
      'model.hidden=[1,2]',
      'seeds=0,1',
    );
    assert.ok(task.name === 'mnist' && task.mnistDir === resolve('2024') && model.name === 'nwm');
    assert.deepEqual([training.clip, model.hidden, seeds], [null, [1, 2], [0, 1]]);
    assert.match(
      sentence(await namedFrom('mnist/cnn-2', 'full', { set: ['name='] })()),
      /^--set: name= has no value/,
    );
    assert.match(
      sentence(await namedFrom('mnist/cnn-2', 'full', { set: ['rate=0.1'] })()),
      /rate: there is no such setting; did you mean 'training.rate'/,
    );
  });

  it('that is another model takes its settings, keeps what applies, and says what does not', async () => {
    const set = ['model.name=conv-lstm'];
    const waves = write(
      'waves.json',
      JSON.stringify({ ...draft, model: { name: 'nwm', steps: 7, dt: 0.5, mid: 3 } }),
    );
    const { experiment, notes } = right(await experimentFrom(waves, 'full', { set })());
    assert.deepEqual(experiment.model, {
      ...{ name: 'conv-lstm', mid: 3, channels: 2, steps: 7, readout: 'linear', hidden: [256, 256, 256] },
    });
    assert.match(notes.join(), /model.name=conv-lstm drops dt 0.5 of nwm/);
    const published = right(await experimentFrom('mnist/nwm-linear', 'full', { set })()).experiment.model;
    assert.ok(published.name === 'conv-lstm' && published.steps === 20);
  });

  it('may be named by a file in a sweep, made by a function, or listed', async () => {
    write('named.json', JSON.stringify(draft));
    mkdirSync(join(folder, 'inner'), { recursive: true });
    for (const experiment of ['./named.json', 'named.json', join(folder, 'named.json')]) {
      const file = write(
        'ref.yaml',
        stringify({ name: 'ref', experiment, vary: { 'model.layers': [1, 3] } }),
      );
      const { members } = right(await sweepFrom(file, 'full')());
      assert.deepEqual(
        members.map(({ experiment: { model, name } }) => [name, model.name === 'cnn' && model.layers]),
        [
          ['mine/cnn', 1],
          ['mine/cnn', 3],
        ],
      );
    }
    write('pictures.json', JSON.stringify({ ...draft, task: { name: 'png', folder: 'pictures' } }));
    const inner = write(
      join('inner', 'ref.yaml'),
      stringify({ name: 'ref', experiment: '../pictures.json', vary: { seeds: [1, 2] } }),
    );
    const task = right(await sweepFrom(inner, 'full')()).members[1].experiment.task;
    assert.ok(task.name === 'png' && task.folder === join(folder, 'pictures'));
    const gone = write('gone.yaml', stringify({ name: 'ref', experiment: './gone.json', vary: {} }));
    assert.match(sentence(await namedFrom(gone, 'full')()), /gone.json: there is no such file/);
    const json = JSON.stringify(draft);
    for (const text of [
      `export default () => (${json});`,
      `export default async () => (${json});`,
      `export default [${json}];`,
    ])
      assert.equal(
        right(await experimentFrom(write('made.mts', text), 'full')()).experiment.name,
        'mine/cnn',
        text,
      );
    const list = write('list.mjs', `export default [${json}, { ...${json}, name: 'b' }];`);
    const { name, members } = right(await sweepFrom(list, 'full')());
    assert.deepEqual([name, members.map(({ experiment }) => experiment.name)], ['list', ['mine/cnn', 'b']]);
  });

  it('holds one folder, however it is spelled', async () => {
    mkdirSync(join(folder, 'plain'), { recursive: true });
    const experiment = { ...draft, task: { name: 'png', folder: 'plain' } };
    const vary = { 'task.folder': ['plain', './plain', 'plain/', join(folder, 'plain'), 'inner/../plain'] };
    const found = right(
      await namedFrom(write('folders.yaml', stringify({ name: 'f', experiment, vary })), 'full')(),
    );
    assert.ok(found.kind === 'sweep');
    assert.deepEqual(
      found.sweep.members.map(({ axes }) => axes),
      [{ 'task.folder': 'plain' }],
    );
    assert.match(found.notes.join(), /is a folder that is listed already: it is taken once/);
  });

  it('is a run folder in a sweep, by its path, with what ran there', async () => {
    mkdirSync(join(folder, 'runs', 'seed-0'), { recursive: true });
    const ran = { ...right(decodeExperiment(draft)), seeds: [0] };
    write(join('runs', 'seed-0', 'experiment.json'), JSON.stringify(ran));
    for (const experiment of ['runs/seed-0', './runs/seed-0/', join(folder, 'runs', 'seed-0')]) {
      const file = write(
        'of-run.yaml',
        stringify({ name: 'of-run', experiment, vary: { seeds: [[0], [1]] } }),
      );
      const { members } = right(await sweepFrom(file, 'full')());
      assert.deepEqual(
        members.map((one) => one.experiment),
        [ran, { ...ran, seeds: [1] }],
      );
    }
    mkdirSync(join(folder, 'empty'), { recursive: true });
    const none = write('of-none.yaml', stringify({ name: 'x', experiment: './empty', vary: { seeds: [0] } }));
    assert.match(sentence(await namedFrom(none, 'full')()), /empty/);
  });

  it('in YAML means what YAML 1.2 says, and never something else in silence', async () => {
    const withLine = (line: string): string =>
      write('plain.yaml', `name: y\ntask: { name: tetrominoes }\nmodel: { name: nwm }\n${line}\n`);
    const seedsOf = async (text: string): Promise<readonly number[]> =>
      right(await experimentFrom(withLine(`seeds: ${text}`), 'full')()).experiment.seeds;
    // A leading zero is ten and not eight; nine is 0o11.
    assert.deepEqual(
      [await seedsOf('010'), await seedsOf('[08, 0o11, 0x10]'), await seedsOf('"010"')],
      [[10], [8, 9, 16], [10]],
    );
    for (const [line, says] of [
      ['training: { clip: yes }', /training\.clip: .*yes/],
      ['training: { patience: no }', /training\.patience: .*no/],
      ['training: { epochs: 1_000 }', /training\.epochs: .*1_000/],
      ['training: { epochs: 1:30 }', /training\.epochs: .*1:30/],
      ['training: { clip: true }', /training\.clip: true/],
      ['training: { rate: .inf }', /training\.rate/],
      ['seeds: on', /seeds: "on"/],
    ] as const)
      assert.match(sentence(await namedFrom(withLine(line), 'full')()), says, line);
    // A name is a text, however much it looks like something else.
    assert.match(sentence(await namedFrom(write('no.yaml', 'name: 010\n'), 'full')()), /name/);
  });

  it('is read in UTF-8, and in UTF-16 where its first bytes say so', async () => {
    const expected = { ...right(decodeExperiment(draft)), label: 'größer ∂²u' };
    for (const [name, text] of [
      ['mark.yaml', stringify({ ...draft, label: expected.label })],
      ['mark.json', JSON.stringify({ ...draft, label: expected.label })],
    ] as const) {
      const little = Buffer.from(`\ufeff${text}`, 'utf16le');
      for (const bytes of [
        Buffer.from(text),
        Buffer.from(`\ufeff${text}`),
        little,
        Buffer.from(little).swap16(),
      ]) {
        writeFileSync(join(folder, name), bytes);
        assert.deepEqual(right(await experimentFrom(join(folder, name), 'full')()).experiment, expected);
      }
    }
  });

  it('that throws is told with the line where it did', async () => {
    write(
      'typed.ts',
      '/** Two\n * lines. */\nexport interface A {\n  readonly a: number;\n}\n\nexport const f = (a: A): number => {\n  throw new RangeError("no " + a.a);\n};\n',
    );
    for (const [name, text, says] of [
      [
        't1.ts',
        "type A =\n  | 1\n  | 2;\n\nconst a: A = 1;\nthrow new Error('no luck');",
        /t1\.ts: no luck \(at .*t1\.ts:6\)/,
      ],
      [
        't2.ts',
        "import { f } from './typed.ts';\n\nexport default f({ a: 1 });",
        /t2\.ts: RangeError: no 1 \(at .*typed\.ts:8\)/,
      ],
      [
        't3.mjs',
        "\n\nawait Promise.reject(new Error('late'));\nexport default 1;",
        /t3\.mjs: late \(at .*t3\.mjs:3\)/,
      ],
      [
        't4.mts',
        "interface B {\n  b: 1;\n}\nexport default () => {\n  throw new Error('when it is called');\n};",
        /when it is called \(at .*t4\.mts:5\)/,
      ],
      [
        't5.ts',
        "import './missing.ts';\nexport default 1;",
        /Cannot find module '\.\/missing\.ts'(?!.*\(at .*spec)/,
      ],
      ['t6.ts', "throw 'words';", /t6\.ts: words$/],
    ] as const)
      assert.match(sentence(await namedFrom(write(name, text), 'full')()), says, name);
  });

  it('that is wrong is refused with every problem and where it is', async () => {
    // A module may import what package.json exports, and nothing else.
    const entries = [...readFileSync('package.json', 'utf8').matchAll(/^ {4}"(\.[^"]*)": \{$/gm)]
      .map(([, entry]) => `drumhead${entry.slice(1)}`)
      .sort()
      .join(', ');
    const wrong: readonly (readonly [string, string, RegExp])[] = [
      ['w1.yaml', 'name: x\ntask: { name: mnist\nmodel: 1', /w1\.yaml: .* line/],
      ['w2.yaml', 'name: x\nname: y', /must be unique/],
      ['w3.ts', 'export default { a: ;', /w3\.ts: .*Unexpected token.*w3\.ts:1:/],
      ['w4.ts', "throw new Error('no luck');", /w4\.ts: no luck/],
      ['w5.ts', 'export const a = 1;', /no default export/],
      ['w6.ts', "export default { _tag: 'Left', left: { problems: ['too bad'] } };", /w6\.ts: too bad/],
      ['w7.json', '{"name": "x"', /not JSON/],
      ['w9.json', '{\n"name": "x",\n}', /w9\.json: line 3, column 1: this is not JSON; there is a comma/],
      [
        'w10.ts',
        "import { softmaxx } from 'drumhead';\ntype A = 1;\n\nexport default softmaxx(1);",
        /softmaxx is not a function; did you mean 'softmax'\? \(at .*w10\.ts:1:10\)|w10\.ts:4:16/,
      ],
      [
        'w10-entry.ts',
        "import { cost } from 'drumhead';\nexport default cost({}, { batch: 1 });",
        /cost is not a function; import cost from 'drumhead\/compile'/,
      ],
      [
        'w10-networks.ts',
        "import { hornLayer } from 'drumhead';\nexport default hornLayer({});",
        /hornLayer is not a function; import hornLayer from 'drumhead\/networks'/,
      ],
      [
        'w10-no-entry.ts',
        "import { hornLayer } from 'drumhead/network';\nexport default hornLayer({});",
        new RegExp(`has no entry 'drumhead/network'; did you mean 'drumhead/networks'\\? It has ${entries}$`),
      ],
      [
        'w11.yaml',
        'name: w\nexperimnt: mnist/cnn-2\nvarry: { seeds: [0] }',
        /experimnt: .*did you mean 'experiment'.*varry: .*did you mean 'vary'/s,
      ],
      [
        'w12.yaml',
        'name: w\ntask: { name: mnist }\nvary: { seeds: [0] }',
        /task: in a sweep it stands under `experiment:`/,
      ],
      [
        'w13.yaml',
        stringify({ name: 'w', experiment: 'mnist/cnn-2', vary: { seeds: [] } }),
        /vary\.seeds: an axis without values/,
      ],
      [
        'w14.yaml',
        stringify({ name: 'w', experiment: 'mnist/cnn-2', set: { seeds: 1 }, vary: { seeds: [1] } }),
        /vary\.seeds: it stands in set too/,
      ],
      [
        'w15.yaml',
        stringify({ ...draft, seeds: 'none' }),
        /seeds: "none" is not a list of seeds, such as \[0, 1, 2\]/,
      ],
      [
        'w16.yaml',
        stringify({ ...draft, task: { name: 'png', folder: 2024 } }),
        /folder: 2024 is not a text; as a text it stands in quotes/,
      ],
      ['w17.yaml', 'name: !file x\n', /Unresolved tag: !file at line 1, column 7/],
      ['w8.yaml', stringify({ ...draft, modle: 1, training: { bach: 2 } }), /3 problems|2 problems/],
    ];
    for (const [name, text, says] of wrong)
      assert.match(sentence(await namedFrom(write(name, text), 'full')()), says);
    assert.match(sentence(await namedFrom(join(folder, 'none.yaml'), 'full')()), /no such file/);
    assert.match(sentence(await namedFrom('paper/smal', 'full')()), /did you mean 'paper\/small'/);
    assert.match(
      sentence(await namedFrom(write('plain.txt', 'x'), 'full')()),
      /cannot be told from its name/,
    );
  });
});
