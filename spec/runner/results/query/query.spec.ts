import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { errorMessage } from '../../../../src/base/error.js';
import { render } from '../../../../src/cli/commands/query-format.js';
import { experimentNamed } from '../../../../src/experiments/catalogue.js';
import { scoresOf, tallies } from '../../../../src/experiments/scores/scores.js';
import { answerIn } from '../../../../src/runner/results/query/answer.js';
import {
  query as asked,
  epochsTable,
  jsonText,
  ownColumns,
  queryToParquet,
  runsTable,
  withDatabase,
} from '../../../../src/runner/results/query/index.js';
import type { AskedTable } from '../../../../src/runner/results/query/messages.js';
import { ask } from '../../../../src/runner/results/query/process.js';
import { inTemporary } from '../../../../src/runner/results/query/temporary.js';
import type { RunSummary } from '../../../../src/runner/results/summary.js';
import { rightOf } from '../../../support/effects.js';
import { right } from '../../../support/either.js';

const record = (name: string, seed: number, foregroundIou: number | null): RunSummary => {
  const experiment = right(experimentNamed(name, 'small'));
  return {
    folder: `runs/${name}/seed-${seed}`,
    experiment: { ...experiment, seeds: [seed] },
    seed,
    engine: 'wasm',
    arithmetic: 2,
    kernels: 'fused',
    state: foregroundIou === null ? 'unfinished' : 'finished',
    data: null,
    identity: null,
    epochs: 2,
    best: foregroundIou === null ? null : 2,
    scores: foregroundIou === null ? null : { ...scoresOf(tallies.empty), foregroundIou },
    parameters: foregroundIou === null ? null : 159_524,
    history: [1, 2].map((epoch) => ({ epoch, trainLoss: seed + 1 / epoch, rate: 0.1, validation: null })),
  };
};

const records = [
  record('tetrominoes/nwm-linear', 0, 0.5),
  record('tetrominoes/nwm-linear', 2 ** 32 - 1, 0.75),
  record('tetrominoes/nwm-fft', 0, null),
];
const sweepsOf = (folder: string): readonly string[] => (folder.includes('linear') ? ['paper/a', 'b'] : []);
const tables = [runsTable(records, sweepsOf), epochsTable(records, sweepsOf)];

/** In this process, which is soon done: `query` starts one. */
const query = (of: readonly AskedTable[], sql: string, file: string | null = null) =>
  inTemporary((folder) => answerIn(folder, { tables: of, sql, file }));

/** Rows of a database that is not locked in. */
const elsewhere = (sql: string): Promise<readonly (readonly unknown[])[]> =>
  rightOf(withDatabase(async (connection) => (await connection.runAndReadAll(sql)).getRowsJson()));

const installed = async (): Promise<boolean> => E.isRight(await withDatabase(() => Promise.resolve(0))());

describe('the columns of runs', () => {
  const [first] = records;
  const own: RunSummary = {
    ...first,
    scores: { loss: 0.5, rootMeanSquare: 0.25, 'far-off': 1, state: 0.75, samples: 8 },
    history: [
      {
        epoch: 1,
        trainLoss: 1,
        rate: 0.1,
        validation: { loss: 0.6, rootMeanSquare: 0.5, 'far-off': 2, state: 1, samples: 4 },
      },
    ],
  };

  it('hold the scores that an experiment declares, under names that no other column has', () => {
    const [runs, epochs] = [runsTable([...records, own], sweepsOf), epochsTable([...records, own], sweepsOf)];
    const added = Object.keys(runs.columns).filter((name) => !(name in tables[0].columns));
    assert.deepEqual(added, ['root_mean_square', 'far_off', 'state_score', 'samples']);
    assert.deepEqual(ownColumns([...records, own]), added);
    assert.deepEqual(ownColumns(records), []);
    const row = runs.rows[3];
    assert.deepEqual(
      [row.loss, row.foreground_iou, row.state, ...added.map((name) => row[name])],
      [0.5, null, 'finished', 0.25, 1, 0.75, 8],
    );
    assert.equal(runs.rows[0].root_mean_square, null);
    const last = epochs.rows[epochs.rows.length - 1];
    assert.deepEqual(
      [last.validation_root_mean_square, last.validation_state_score, last.validation_samples],
      [0.5, 1, 4],
    );
    for (const { columns, rows } of [runs, epochs])
      for (const one of rows) assert.deepEqual(Object.keys(one).sort(), Object.keys(columns).sort());
  });
});

describe('queries over runs', () => {
  before(async function () {
    // It is optional: on a platform without its binary the rest must still be tested.
    if (!(await installed())) this.skip();
  });

  it('answer with rows and bytes up to a limit, and are refused beyond it before all is read', async () => {
    for (const [sql, what] of [
      ['select * from range(100000000000)', /more than 100,000 rows, the limit; select less, add LIMIT/],
      ["select repeat('x', 100000000)", /more than 64 MiB, the limit; .* --parquet/],
      ["select repeat('x', 10000) from range(20000)", /more than 64 MiB, the limit/],
    ] as const) {
      const refused = await query(tables, sql)();
      assert.match(E.isLeft(refused) ? errorMessage(refused.left) : '', what);
    }
    assert.equal((await rightOf(query(tables, 'select * from range(100000)'))).rows.length, 100_000);
    assert.equal((await rightOf(query(tables, 'select 1 a; -- b'))).rows.length, 1);
  });

  it('group, count and average; numbers are numbers', async () => {
    const { columns, rows } = await rightOf(
      query(
        tables,
        `select options->>'readout' as readout, count(*) as n, avg(foreground_iou) as mean, max(seed) as seed,
         any_value(sweep) as sweep from runs group by 1 order by 1 desc`,
      ),
    );
    assert.deepEqual(
      columns.map(({ name }) => name),
      ['readout', 'n', 'mean', 'seed', 'sweep'],
    );
    assert.deepEqual(rows, [
      ['linear', 2, 0.625, 2 ** 32 - 1, 'paper/a, b'],
      ['fft', 1, null, 0, null],
    ]);
  });

  it('see every epoch', async () => {
    const { rows } = await rightOf(
      query(tables, "select seed, epoch, train_loss from epochs where experiment like '%fft' order by epoch"),
    );
    assert.deepEqual(rows, [
      [0, 1, 1],
      [0, 2, 0.5],
    ]);
  });

  it('keep integers that no double holds as text', async () => {
    const { rows } = await rightOf(
      query([], 'select 9007199254740993::bigint as a, 12::hugeint as b, 1.25 as c'),
    );
    assert.deepEqual(rows, [['9007199254740993', 12, 1.25]]);
  });

  it('keep every digit, at whatever depth', async () => {
    const { rows, texts } = await rightOf(
      query(
        [],
        `select 1.10::decimal(4,2) as a, 12345678901234567.89::decimal(20,2) as b, 0.1::decimal(2,1) as c,
           170141183460469231731687303715884105727::hugeint as d, [1.5::decimal(3,1), null] as e,
           {'x': 9007199254740993::bigint, 'y': [5::bigint]} as f, map([1::bigint], [2.5::decimal(3,1)]) as g,
           'nan'::double as h, '-inf'::double as i, null as j, '' as k, date '2020-01-02' as l,
           interval '3 days' as m, '\\xAA'::blob as n, 0.1::double as o, -0.5::decimal(3,2) as p,
           1234567890123456.7::decimal(17,1) as q, 18446744073709551615::ubigint as r`,
      ),
    );
    assert.deepEqual(rows[0], [
      ...[1.1, '12345678901234567.89', 0.1, '170141183460469231731687303715884105727', [1.5, null]],
      ...[{ x: '9007199254740993', y: [5] }, [{ key: 1, value: 2.5 }], 'NaN', '-Infinity', null, ''],
      ...['2020-01-02', { months: 0, days: 3, micros: '0' }, '\\xAA', 0.1, -0.5],
      ...['1234567890123456.7', '18446744073709551615'],
    ]);
    assert.deepEqual(texts[0], [
      ...['1.10', '12345678901234567.89', '0.1', '170141183460469231731687303715884105727', '[1.5,null]'],
      ...['{"x":"9007199254740993","y":[5]}', '[{"key":1,"value":2.5}]', 'NaN', '-Infinity', null, ''],
      ...['2020-01-02', '{"months":0,"days":3,"micros":"0"}', '\\xAA', '0.1', '-0.50'],
      ...['1234567890123456.7', '18446744073709551615'],
    ]);
  });

  it('keep the sign of a zero, in every format', async () => {
    const answer = await rightOf(
      query(
        [],
        "select -0.0::double as d, 0.0::double as z, [-0.0::double, 1] as l, {'a': -0.0::float} as s",
      ),
    );
    assert.equal(render('csv', answer), 'd,z,l,s\n-0.0,0,"[-0.0,1]","{""a"":-0.0}"');
    const json = render('json', answer);
    assert.equal(json.match(/-0\.0/g)?.length, 3, json);
    const [row] = JSON.parse(json);
    assert.ok(
      Object.is(row.d, -0) && Object.is(row.z, 0) && Object.is(row.l[0], -0) && Object.is(row.s.a, -0),
    );
    assert.ok(render('terminal', answer).includes('-0.0'));
    for (const value of [null, [], {}, [1, { a: 'x', b: [] }], { c: { d: [null, true] } }]) {
      assert.equal(jsonText(value), JSON.stringify(value));
      assert.equal(jsonText(value, 2), JSON.stringify(value, null, 2));
    }
  });

  it("have columns with the same suffixes as DuckDB's in Parquet", async () => {
    const folder = mkdtempSync(join(tmpdir(), 'drumhead-query-'));
    try {
      for (const [i, sql] of [
        'select 0 as seed, 1 as seed, 0.25 as loss, 0.75 as loss',
        'select 0 as seed, 2 as seed, 1 as seed_1 -- all',
        'select 0 as seed, 1 as SEED, 2 as seed_1, 3 as seed;',
        'select count(*), count(*), 1, 1 from runs; ;',
        'select a.seed, b.seed, a.* from runs a join runs b on a.seed = b.seed',
      ].entries()) {
        const file = join(folder, `${i}.parquet`);
        const { columns } = await rightOf(query(tables, sql));
        const names = columns.map(({ name }) => name);
        assert.equal(new Set(names).size, names.length, sql);
        await rightOf(query(tables, sql, file));
        const described = await elsewhere(`describe select * from '${file}'`);
        assert.deepEqual(
          names,
          described.map(([name]) => name),
          sql,
        );
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('are written with all columns, in their order, in every format', async () => {
    const answer = await rightOf(
      query(
        [],
        `select 0 as seed, 1 as seed, 7 as "1", 1.10 as d, 'a,"b"\n|' as t, '' as e, null as n, [1] as l`,
      ),
    );
    assert.equal(
      render('json', answer),
      JSON.stringify(
        [{ seed: 0, seed_1: 1, z: 7, d: 1.1, t: 'a,"b"\n|', e: '', n: null, l: [1] }],
        null,
        2,
      ).replace('"z"', '"1"'),
    );
    assert.equal(render('csv', answer), 'seed,seed_1,1,d,t,e,n,l\n0,1,7,1.10,"a,""b""\n|","",,[1]');
    const [, , head, , cells] = render('terminal', answer).split('\n');
    assert.match(head, /^seed +seed_1 +1 +d +t +e +n +l$/);
    assert.match(cells, /^ *0 +1 +7 +1\.10 +a,"b"\S\|/);
    const none = await rightOf(query([], 'select 1 as a, 2 as a where false'));
    assert.deepEqual([render('json', none), render('csv', none)], ['[]', 'a,a_1']);
  });

  it('work without any runs', async () => {
    const { rows } = await rightOf(query([runsTable([], sweepsOf)], 'select count(*), max(seed) from runs'));
    assert.deepEqual(rows, [[0, null]]);
  });

  it('that take more memory or time than they may are ended with a sentence', async () => {
    for (const [sql, most, says] of [
      [
        "select repeat('x', 2000000000)",
        { bytes: 300 * 2 ** 20, seconds: 60, clock: 600 },
        /^query: it takes more than 300 MiB of memory, the limit; select less/,
      ],
      [
        'select count(*) from range(1000000000000)',
        { bytes: 2 ** 31, seconds: 1, clock: 600 },
        /^query: it takes more than 1 seconds of a processor, the limit/,
      ],
      [
        // Without an end, and a little at a time.
        'with recursive r(i) as (select 1 union all select i + 1 from r) select max(i) from r',
        { bytes: 2 ** 31, seconds: 1, clock: 600 },
        /^query: it takes more than 1 seconds of a processor, the limit/,
      ],
      [
        // It waits, and takes no processor.
        "select * from query('select pg_' || 'sleep(1000000)')",
        { bytes: 2 ** 31, seconds: 60, clock: 2 },
        /^query: it takes more than 2 seconds, the limit; select less/,
      ],
    ] as const) {
      const refused = await ask({ tables: [], sql, file: null }, most)();
      assert.match(E.isLeft(refused) ? errorMessage(refused.left) : '', says);
    }
  });

  it('are answered by a process of their own as in this one, faults included', async () => {
    const sql = 'select *, -0.0::double as zero from runs order by seed, experiment';
    assert.deepEqual(await rightOf(asked(tables, sql)), await rightOf(query(tables, sql)));
    for (const wrong of ['select sede from runs', 'drop table runs'])
      assert.deepEqual(await asked(tables, wrong)(), await query(tables, wrong)());
  });

  it('become Parquet that reads back the same', async () => {
    const folder = mkdtempSync(join(tmpdir(), "drumhead-it's-"));
    try {
      const file = join(folder, 'new', 'runs.parquet');
      assert.equal(await rightOf(queryToParquet(tables, 'select * from runs;', file)), 3);
      assert.ok(existsSync(file));
      const path = file.replace(/'/g, "''");
      const all = 'order by seed, experiment';
      assert.deepEqual(
        (await elsewhere(`select * from '${path}' ${all}`)).map((row) => row.map(String)),
        (await rightOf(query(tables, `select * from runs ${all}`))).rows.map((row) => row.map(String)),
      );
      // What there was stays where the query is wrong, and may end in a comment where it is not.
      const before = readFileSync(file);
      assert.ok(E.isLeft(await queryToParquet(tables, 'select sede from runs', file)()));
      assert.deepEqual(readFileSync(file), before);
      assert.equal(await rightOf(queryToParquet(tables, 'select seed from runs -- all', file)), 3);
      assert.deepEqual(readdirSync(join(folder, 'new')), ['drumhead-files.json', 'runs.parquet']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('reach no file, no network and no extension', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'drumhead-query-'));
    try {
      const secret = join(folder, 'secret.csv');
      writeFileSync(secret, 'a\n1\n');
      const reaching = [
        `select * from '${secret}'`,
        `select * from read_csv('${secret}')`,
        `select * from read_text('${secret}')`,
        `select * from sniff_csv('${secret}')`,
        `select * from query('select * from read_text(''${secret}'')')`,
        `select * from query_table(['${secret}'])`,
        `select * from glob('${folder}/*')`,
        "select * from read_csv('http://127.0.0.1:9/x.csv')",
        "select * from 's3://bucket/x.parquet'",
        `export database '${join(folder, 'all')}'`,
        "select * from sqlite_scan('x', 'y')",
        'load httpfs',
        'set enable_external_access = true',
      ];
      for (const sql of reaching)
        for (const asked of [query(tables, sql), query(tables, sql, join(folder, 'a.parquet'))])
          assert.ok(E.isLeft(await asked()), sql);
      assert.deepEqual(readdirSync(folder), ['secret.csv']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('know no secret of another program, and of the settings only what is said of them', async () => {
    const { rows } = await rightOf(
      query(
        tables,
        `select name, value from duckdb_settings() where name like '%secret%' or value like '%/%'
         or name in ('lock_configuration', 'enable_external_access') order by name`,
      ),
    );
    assert.deepEqual(
      rows.filter(([name]) => name !== 'TimeZone'),
      [
        ['allow_persistent_secrets', 'false'],
        ['allow_unredacted_secrets', 'false'],
        ['default_secret_storage', 'local_file'],
        ['enable_external_access', 'false'],
        ['lock_configuration', 'true'],
        ['secret_directory', ''],
      ],
    );
  });

  it('that do anything but read are refused, and nothing of them runs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'drumhead-query-'));
    try {
      const file = join(folder, 'stolen.csv');
      const changes = [
        'drop table runs',
        'select 1; drop table runs',
        'delete from runs',
        'insert into runs select * from runs returning seed',
        `copy runs to '${file}'`,
        `attach '${file}'`,
        'explain analyze delete from runs',
        'set threads = 1',
      ];
      for (const sql of changes)
        for (const asked of [query(tables, sql), query(tables, sql, join(folder, 'a.parquet'))]) {
          const done = await asked();
          assert.ok(E.isLeft(done), sql);
          assert.match(
            errorMessage(done.left),
            /^query: a query reads runs and changes nothing[,;] .*write a single SELECT/,
          );
        }
      assert.deepEqual(readdirSync(folder), []);
      for (const sql of ['', ' ; ', '-- nothing']) {
        const done = await query(tables, sql)();
        assert.ok(E.isLeft(done), sql);
        assert.match(errorMessage(done.left), /^query: it is empty; write a SELECT/);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('may describe, and read in any form', async () => {
    for (const sql of ['describe runs;', 'from epochs', 'with r as (from runs) select count(*) from r'])
      assert.ok((await rightOf(query(tables, sql))).rows.length > 0, sql);
  });

  it('say in one sentence what is wrong with them', async () => {
    const wrong = await query(tables, 'select sede from runs')();
    assert.ok(E.isLeft(wrong));
    assert.match(
      errorMessage(wrong.left),
      /^query: there is no column 'sede'; did you mean 'seed' of runs and epochs\?/,
    );
    assert.ok(!errorMessage(wrong.left).includes('\n'));
    for (const [sql, said] of [
      [
        'select name from runs',
        /^query: there is no column 'name'; did you mean 'experiment' of runs and epochs\? Columns of runs: sweep, .*; columns of epochs: /,
      ],
      [
        'select runs.epoch from runs',
        /^query: there is no column 'epoch' in runs; did you mean 'epochs' of runs\? Columns of runs: [^;]*$/,
      ],
      ['select * exclude (seeed) from epochs', /^query: there is no column 'seeed'; did you mean 'seed'/],
      ['select zzzzzzzzzz from runs', /^query: there is no column 'zzzzzzzzzz'\. Columns of runs: /],
      ['select seed from run', /^query: there is no table 'run'; the tables are runs and epochs$/],
      ['select x.seed from runs', /^query: there is no table 'x'; the tables are runs and epochs$/],
    ] as const) {
      const refused = await query(tables, sql)();
      assert.ok(E.isLeft(refused));
      assert.match(errorMessage(refused.left), said);
    }
    const broken = await query(tables, 'selekt')();
    assert.ok(E.isLeft(broken));
    assert.match(errorMessage(broken.left), /^query: Parser Error: .*selekt/);
  });
});

describe('queries without DuckDB', () => {
  it('say what to do where DuckDB is not installed', async () => {
    const absent = await withDatabase(() => Promise.resolve(1), '@duckdb/not-installed')();
    assert.ok(E.isLeft(absent));
    assert.match(errorMessage(absent.left), /npm install @duckdb\/not-installed/);
  });
});
