import assert from 'node:assert/strict';
import { pipe } from 'fp-ts/lib/function.js';
import { diagram } from '../../../src/compile/diagram/index.js';
import { escaped } from '../../../src/compile/diagram/text.js';
import {
  add,
  batchNorm,
  clamp,
  concat,
  conv,
  convolveWith,
  convTranspose,
  div,
  fill,
  gaussian,
  maxPool,
  mul,
  offset,
  type Program,
  parameter,
  program,
  relu,
  reverse,
  scanOverWithFinal,
  scope,
  sigmoid,
  square,
  sub,
  tanh,
  zeros,
} from '../../../src/dsl/index.js';
import { publishedNwm } from '../../support/models.js';

const wave = publishedNwm;

/** A driven scan with everything a diagram must cope with: odd names, noise, shared parameters, nested scopes. */
const odd = program({ image: [8, 8, 2], drive: [5, 8, 8, 2] }, ({ image, drive }) => {
  const cell = scope('cell', scope('inner', conv(2, { boundary: 'circular' })));
  const gain = parameter('gain', [8, 8, 2], { init: { constant: 1 } });
  const thermal = gaussian('thermal');
  const run = scanOverWithFinal({
    over: drive,
    init: { end: image, c: zeros(8, 8, 2) },
    step: (state, element, clock) => {
      const next = add(tanh(cell(concat(element, state.end))), mul(gain, state.c));
      return {
        end: sub(next, thermal(clock, 8, 8, 2)),
        c: clamp(-1, 1, add(state.c, div(element, offset(2, square(state.end))))),
      };
    },
    observe: ({ c }) => c,
  });
  const half = parameter('half', [3, 3, 2, 2], { init: 'laplacian' });
  return {
    'a--b': convolveWith(run.final.c, add(half, reverse(0)(half)), 'zero'),
    end: pipe(image, conv(4, { bias: false }), batchNorm(), relu, maxPool(2), convTranspose(2), sigmoid),
    sequence: run.sequence,
    flipped: sub(fill(1, 8, 8, 2), image),
  };
});

const id = '[a-z]+[0-9_]*[a-z]?[0-9]*';
const label = '"[^"]*"';
const node = `${id}(?:\\[${label}\\]|\\(\\[${label}\\]\\)|\\[\\(${label}\\)\\]|\\(${label}\\))`;
const forms = {
  subgraph: new RegExp(`^subgraph (g\\d+)\\[${label}\\]$`),
  node: new RegExp(`^${node}$`),
  arrow: new RegExp(`^(${id}) (?:-->|-\\.->)\\|${label}\\| (${id}|${node})$`),
};

/** Every line is one of the forms of a Mermaid flowchart, groups are balanced, arrows join declared nodes. */
const check = (p: Program): readonly string[] => {
  const [first, ...lines] = diagram(p).trimEnd().split('\n');
  assert.equal(first, 'flowchart TD');
  const declared = new Set<string>();
  const ends: string[] = [];
  let depth = 0;
  for (const raw of lines) {
    const line = raw.trim();
    const arrow = line.match(forms.arrow);
    if (line === 'end') depth--;
    else if (forms.subgraph.test(line)) depth++;
    else if (forms.node.test(line)) {
      const name = line.slice(0, line.search(/[[(]/));
      assert.ok(!declared.has(name), `${name} is declared twice`);
      declared.add(name);
    } else {
      assert.ok(arrow, `not a statement: ${line}`);
      ends.push(arrow[1], arrow[2].split(/[[(]/)[0]);
      if (/[[(]/.test(arrow[2])) declared.add(arrow[2].split(/[[(]/)[0]);
    }
    assert.ok(depth >= 0);
  }
  assert.equal(depth, 0);
  for (const end of ends) assert.ok(declared.has(end), `${end} is not declared`);
  return lines.map((line) => line.trim());
};

describe('diagram', () => {
  it('draws the Neural Wave Machine in fewer than 80 lines', () => {
    const lines = check(wave);
    assert.ok(lines.length < 80, `${lines.length} lines`);
    for (const title of ['omega', 'alpha', 'y0', 'readout', 'scan, 100 steps'])
      assert.ok(
        lines.some((line) => line.startsWith('subgraph ') && line.includes(`"${title}"`)),
        title,
      );
    assert.ok(lines.some((line) => line.includes('coupling: conv 3×3, 2, circular<br/>tanh')));
    assert.ok(!lines.some((line) => line.includes('weight')), 'parameters are folded into their layers');
  });

  it('shows the shape that arrives and what returns to the state', () => {
    const lines = check(wave);
    const state = lines.find((line) => line.includes('[("y")]'))?.split('[')[0];
    assert.ok(state);
    assert.equal(lines.filter((line) => line.includes('-.->')).length, 2);
    assert.ok(lines.some((line) => line.endsWith(`-.->|"next y"| ${state}`)));
    assert.ok(lines.some((line) => line.endsWith(`-->|"64×64×2"| ${state}`)));
    assert.ok(lines.some((line) => line.includes('|"64×64×102"|')));
    assert.ok(lines.some((line) => line.includes('|"100×64×64×2"| out') && line.endsWith('(["waves"])')));
  });

  it('escapes whatever Mermaid or HTML would read as its own', () => {
    assert.equal(escaped('h "x" <b>|#;[1]'), 'h #34;x#34; #60;b#62;#124;#35;#59;#91;1#93;');
    assert.equal(escaped('conv 3×3\nrelu'), 'conv 3×3<br/>relu');
  });

  it('keeps its grammar on names that are words of Mermaid, nested scopes and folded numbers', () => {
    const lines = check(odd);
    const text = lines.join('\n');
    assert.ok(text.includes('parameter gain'));
    assert.ok(text.includes('1 − x'));
    assert.ok(text.includes('|"divisor 8×8×2"|'));
    assert.ok(text.includes('subgraph g1["cell"]'));
  });

  it('is the same text for the same program', () => {
    assert.equal(diagram(odd), diagram({ graph: structuredClone(odd.graph) }));
  });
});
