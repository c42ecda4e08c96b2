import assert from 'node:assert/strict';
import { type DrumResult, drumExperiments } from '../../../src/drums/index.js';
import { drumsReport, drumVerdict, wav } from '../../../src/report/drums/index.js';
import { relativeText } from '../../../src/report/drums/tables.js';
import { svgPicture } from '../../../src/report/index.js';
import { result } from './results.js';

const picture = svgPicture({
  light: '<svg xmlns="http://www.w3.org/2000/svg" width="10"/>',
  alt: 'a picture',
});
const report = (changes: object = {}): string =>
  drumsReport({
    name: 'drums/test',
    experiment: { ...drumExperiments['drums/squares'], tones: 3 },
    results: [result('one', 8), result('two', 8, 1 + 1e-7), result('three', 10, 1.02, true)],
    pictures: { areas: picture, tones: picture, waves: picture, modes: picture },
    sounds: { rate: 8000, files: [0, 1, 2].map(() => wav([0, 1, 0, -1])) },
    program: '() → sound [4096]',
    commands: ['npx drumhead run drums/test'],
    environment: [{ label: 'engine', value: 'cpu' }],
    ...changes,
  });

describe('the report of drums', () => {
  it('tells the story from the result to the versions, in one file', () => {
    const page = report();
    const headings = [...page.matchAll(/<h2>([^<]*)/g)].map(([, heading]) => heading);
    assert.deepEqual(headings, [
      'What was done',
      'See the waves',
      'The area, heard',
      'Tone by tone',
      'The modes',
      'Hear them',
      'Do it again',
      'Run with',
    ]);
    assert.equal(page.match(/<audio /g)?.length, 3);
    assert.ok(!/<script|https?:\/\//.test(page.replaceAll('http://www.w3.org/2000/svg', '')));
    assert.ok(page.includes("default-src 'none'; img-src data:; media-src data:"));
    assert.equal(report(), page);
  });

  it('leaves out what there is not', () => {
    const page = report({ pictures: {}, sounds: undefined, environment: [] });
    assert.deepEqual(
      [...page.matchAll(/<h2>([^<]*)/g)].map(([, heading]) => heading),
      ['What was done', 'Do it again'],
    );
  });

  it('escapes every name', () => {
    const page = report({ name: '<img src=x>', results: [result('<b>"drum"</b>', 8), result('&', 8)] });
    assert.ok(!page.includes('<img src=x>') && !page.includes('<b>'));
    assert.ok(page.includes('&lt;b&gt;&quot;drum&quot;'));
  });

  it('says a tone that is not heard with a dash', () => {
    assert.match(report(), /<td class="number" data-head="[^"]+">–<\/td>/);
  });

  it('says in words which drums sound alike', () => {
    const words = drumVerdict([result('one', 8), result('two', 8, 1 + 1e-7), result('three', 8, 1.02, true)]);
    assert.match(words, /3 lowest tones of 3 drums, 8 of 9 are heard/);
    assert.match(words, /The two has the same tones as the one: they are at most 1 × 10⁻⁷ apart/);
    assert.match(words, /Other tones than the one, apart by up to: three \(2\.00 %\)/);
  });

  it('says of each drum and picture only what is so', () => {
    const alike = result('two', 8);
    const unlike = result('three', 8, 1.02);
    const mixed = { ...result('L', 8), area: null };
    const page = (results: readonly DrumResult[], tones = 3) =>
      report({ results, experiment: { ...drumExperiments['drums/squares'], tones } });
    // Tones of equal eigenvalues, and of others.
    assert.match(page([result('one', 8), alike]), /tones of the two and of the one agree to 0/);
    assert.doesNotMatch(page([result('one', 8), result('wide', 12)]), /Computed as eigenvalues/);
    // Areas on the curve of grid and step, and off it.
    const off = { ...unlike, area: unlike.area && { ...unlike.area, heard: 1.01 * unlike.area.lattice } };
    assert.match(page([result('one', 8), alike]), /the areas lie on it\./);
    assert.match(page([result('one', 8), off]), /the areas lie up to 1\.00 % off it\./);
    // Areas are spoken of where every drum is a square alone; Kac and Webb where there are tones to compare.
    assert.match(page([alike]), /The modes of a square of side L/);
    const shapes = page([result('one', 8), mixed]);
    assert.ok(
      /Kac asked/.test(shapes) && !/The modes of a square|tells the area of|Off the true area/.test(shapes),
    );
    assert.doesNotMatch(page([mixed], 1), /Kac asked|The modes of a square/);
    // One drum has none to be alike with.
    assert.equal(drumVerdict([mixed]), 'Of the 3 lowest tones of 1 drum, 3 of 3 are heard.');
    assert.doesNotMatch(drumVerdict([mixed]), /same tones|Other tones/);
    const deaf = { ...mixed, tones: mixed.tones.slice(0, 1) };
    assert.equal(drumVerdict([deaf]), '1 drum struck and heard.');
  });

  it('names each number on a phone, where a table has no columns', () => {
    const page = report();
    assert.match(page, /data-head="off the true area"/);
    assert.match(page, /data-head="against one"/);
    for (const [row] of page.matchAll(/<tr><th scope="row">.*?<\/tr>/g))
      assert.doesNotMatch(row, /<td class="number">/);
  });

  it('writes differences as a person reads them', () => {
    assert.deepEqual([0, 0.0117, -0.0005, 3.1e-8, -2e-15].map(relativeText), [
      '0',
      '1.17 %',
      '−0.05 %',
      '3 × 10⁻⁸',
      '−2 × 10⁻¹⁵',
    ]);
  });
});

describe('the sound of a drum as a file', () => {
  it('is a WAV of one channel at the rate asked for, as loud as can be, and fades', () => {
    const sound = Float32Array.from({ length: 400 }, (_, t) => 1e-3 * Math.sin(t / 8));
    const bytes = wav(sound, { rate: 4000, fade: 0.1 });
    const view = new DataView(bytes.buffer);
    const word = (at: number): string => new TextDecoder().decode(bytes.subarray(at, at + 4));
    assert.deepEqual([word(0), word(8), word(12), word(36)], ['RIFF', 'WAVE', 'fmt ', 'data']);
    assert.deepEqual(
      [view.getUint16(22, true), view.getUint32(24, true), view.getUint32(40, true)],
      [1, 4000, 800],
    );
    assert.equal(bytes.length, 44 + 800);
    const values = Array.from({ length: 400 }, (_, t) => view.getInt16(44 + 2 * t, true));
    const loudest = (from: number, to: number): number => Math.max(...values.slice(from, to).map(Math.abs));
    assert.equal(loudest(0, 400), 32_000);
    assert.ok(Math.abs(loudest(350, 400) / loudest(0, 50) - 0.1 ** (350 / 400)) < 0.05);
  });

  it('keeps silence silent', () => {
    assert.ok(
      wav(new Float32Array(64))
        .subarray(44)
        .every((byte) => byte === 0),
    );
  });
});
