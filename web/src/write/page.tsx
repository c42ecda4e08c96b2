/** Write: a program, its types and its analysis, while one types. */

import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { type Caller, callerOf } from '../engine/call.js';
import { largest, paintLevel, paintSigned } from '../look/maps.js';
import { isCalm, useTheme } from '../look/theme.js';
import { useFrames } from '../parts/clock.js';
import { Panel, Select } from '../parts/controls.js';
import { Field } from '../parts/field.js';
import { Share } from '../parts/share.js';
import type { Scene } from '../save/record.js';
import type { Embed } from '../state/address.js';
import { keepInAddress } from '../state/address-bar.js';
import type { KnowHandlers } from './analysis-worker.js';
import { Diagram } from './diagram.js';
import { type Editing, openEditor } from './editor.js';
import { examples } from './examples.js';
import { keepProgram } from './kept.js';
import type { LanguageHandlers, Problem } from './language-worker.js';
import { type Run, runInSandbox } from './sandbox.js';
import { packWrite, unpackWrite } from './state.js';

const newLanguage = (): Worker =>
  new Worker(new URL('./language-worker.ts', import.meta.url), { type: 'module' });
const newAnalysis = (): Worker =>
  new Worker(new URL('./analysis-worker.ts', import.meta.url), { type: 'module' });

type Answer<N extends keyof KnowHandlers> = Awaited<ReturnType<KnowHandlers[N]>>;

const counted = (value: number): string =>
  value >= 1e9
    ? `${(value / 1e9).toPrecision(3)} G`
    : value >= 1e6
      ? `${(value / 1e6).toPrecision(3)} M`
      : value >= 1e4
        ? `${(value / 1e3).toPrecision(3)} k`
        : `${value}`;

export const WritePage = ({
  text: letters,
  embed,
}: {
  readonly text: string;
  readonly embed: Embed | undefined;
}) => {
  const begun = useMemo(() => (letters === '' ? undefined : unpackWrite(letters)), [letters]);
  const [text, setText] = useState(begun?.text ?? examples[0].text);
  /** Code from a link does not run before Run is pressed; afterwards every change runs as it is typed. */
  const [live, setLive] = useState(false);
  const [running, setRunning] = useState(false);
  const [problems, setProblems] = useState<readonly Problem[]>();
  const [fault, setFault] = useState(
    letters !== '' && begun === undefined
      ? 'This link holds no program, so the page shows how it begins.'
      : '',
  );
  const [said, setSaid] = useState<readonly string[]>([]);
  const [known, setKnown] = useState<Answer<'know'>>();
  const [cone, setCone] = useState<Answer<'cone'>>();
  const [waves, setWaves] = useState<Answer<'waves'>>();
  const [frame, setFrame] = useState(0);
  const [playing, setPlaying] = useState(!isCalm());
  const place = useRef<HTMLDivElement>(null);
  const here = useRef<HTMLDivElement>(null);
  const editing = useRef<Editing | undefined>(undefined);
  const language = useRef<Caller<LanguageHandlers> | undefined>(undefined);
  const run = useRef<Run | undefined>(undefined);
  const { theme } = useTheme();

  useEffect(() => {
    if (place.current === null) return;
    const calls = callerOf<LanguageHandlers>(newLanguage());
    language.current = calls;
    editing.current = openEditor(place.current, text, calls, setText, setProblems);
    editing.current.recheck();
    return () => {
      editing.current?.end();
      calls.end();
      run.current?.end('');
    };
  }, []);

  const analyst = useRef<Caller<KnowHandlers> | undefined>(undefined);
  const end = useCallback((why: string): void => {
    run.current?.end(why);
    run.current = undefined;
    analyst.current?.end();
    analyst.current = undefined;
    setRunning(false);
    if (why !== '') setFault(why);
  }, []);

  const start = useCallback(
    async (code: string): Promise<void> => {
      end('');
      setRunning(true);
      setFault('');
      const calls = language.current;
      if (calls === undefined) return;
      const emitted = await calls.call('emit', { text: code });
      const current = runInSandbox(emitted, 10);
      run.current = current;
      const ran = await current.result;
      if (run.current !== current) return;
      run.current = undefined;
      setSaid(ran.lines);
      if (ran.program === undefined) {
        const at =
          ran.place === undefined
            ? null
            : await calls.call('place', { line: ran.place[0], column: ran.place[1] });
        const message = (ran.fault ?? '').replace(/ \(at [^)]*program\.ts:\d+:\d+\)/, '');
        setFault(at === null ? message : `Line ${at.line}: ${message}`);
        if (at !== null) editing.current?.point(at.line, at.column, message);
        setRunning(false);
        return;
      }
      const other = callerOf<KnowHandlers>(newAnalysis());
      analyst.current = other;
      const json = ran.program;
      const around: Readonly<Record<string, unknown>> =
        typeof ran.experiment === 'object' && ran.experiment !== null ? { ...ran.experiment } : {};
      try {
        setKnown(await other.call('know', { json }));
        keepProgram({ json, experiment: around, text: code });
        setWaves(await other.call('waves', { json, task: around.task, seed: 0 }));
        setFrame(0);
        setCone(await other.call('cone', { json }));
      } catch (cause) {
        if (analyst.current === other) setFault(cause instanceof Error ? cause.message : String(cause));
      }
      if (analyst.current === other) {
        other.end();
        analyst.current = undefined;
        setRunning(false);
      }
    },
    [end],
  );

  // after the first run, every change runs
  useEffect(() => {
    if (!live) return;
    const later = setTimeout(() => void start(text), 500);
    return () => clearTimeout(later);
  }, [live, text, start]);
  useEffect(() => {
    const later = setTimeout(() => {
      if (text !== examples[0].text || letters !== '') keepInAddress('write', packWrite(text));
    }, 600);
    return () => clearTimeout(later);
  }, [text]);

  const film = waves?.film ?? null;
  const since = useRef(0);
  useFrames(playing && film !== null, here, (seconds) => {
    since.current += seconds;
    if (film !== null && since.current > 0.06) {
      since.current = 0;
      setFrame((at) => (at + 1) % film.steps);
    }
  });
  const most = useMemo(() => (film === null ? 1 : largest(film.values, 1e-6)), [film]);
  const paintFilm = useCallback(
    (pixels: Uint8ClampedArray) => {
      if (film === null) return;
      const size = film.height * film.width;
      const from = Math.min(frame, film.steps - 1) * size * film.channels;
      paintSigned(
        Float32Array.from({ length: size }, (_, i) => film.values[from + i * film.channels]),
        most,
        theme,
        pixels,
      );
    },
    [film, frame, theme, most],
  );
  const paintCone = useCallback(
    (pixels: Uint8ClampedArray) => {
      if (!cone) return;
      const last = Math.max(1, cone.radii.length - 1);
      paintLevel(
        Float32Array.from(cone.firstSeen, (step) => (step < 0 ? 0 : 1 - (0.8 * step) / last)),
        1,
        theme,
        pixels,
      );
    },
    [cone, theme],
  );
  const errors = problems?.filter(({ severity }) => severity === 'error').length;
  const scene = (): Scene => ({
    name: 'drumhead-program',
    width: 480,
    height: 480,
    frames: film?.steps ?? 1,
    rate: 16,
    draw: async (context, at) => {
      if (at !== undefined) {
        setPlaying(false);
        setFrame(at);
        await new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
      }
      const canvas = here.current?.querySelector<HTMLCanvasElement>('.film canvas');
      context.fillStyle = theme === 'light' ? '#ffffff' : '#171a20';
      context.fillRect(0, 0, 480, 480);
      context.imageSmoothingEnabled = false;
      if (canvas !== null && canvas !== undefined) context.drawImage(canvas, 0, 0, 480, 480);
    },
  });

  return (
    <div ref={here}>
      {embed === undefined ? (
        <div class="opening">
          <div>
            <h1>Write</h1>
            <p>
              A program of the language, with its types. A shape that does not fit is underlined; once it
              runs, its diagram, cost, light cone and waves follow what you type.
            </p>
          </div>
          <Share page="write" state={() => packWrite(text)} scene={film === null ? undefined : scene} />
        </div>
      ) : null}
      <div class={embed === 'picture' || embed === 'time' ? 'write only' : 'write'}>
        <section class="panel code" aria-label="Program" hidden={embed === 'picture'}>
          <header>
            <div class="bar">
              {running ? (
                <button type="button" class="primary" onClick={() => end('The program was ended.')}>
                  End
                </button>
              ) : (
                <button
                  type="button"
                  class="primary"
                  onClick={() => {
                    if (live) void start(text);
                    else setLive(true);
                  }}
                >
                  Run
                </button>
              )}
              <span class="small muted" role="status" data-problems={errors}>
                {problems === undefined
                  ? 'types are loading …'
                  : errors === 0
                    ? 'no type errors'
                    : `${errors} type error${errors === 1 ? '' : 's'}`}
                {running ? ', running' : live ? ', runs as you type' : ''}
              </span>
            </div>
            {embed === 'time' ? null : (
              <Select
                label="Example"
                value={examples.find((each) => each.text === text)?.name ?? ''}
                options={[
                  ...(examples.some((each) => each.text === text) ? [] : [{ value: '', text: 'your own' }]),
                  ...examples.map(({ name, title }) => ({ value: name, text: title })),
                ]}
                onChange={(name) => {
                  const found = examples.find((each) => each.name === name);
                  if (found !== undefined) editing.current?.replace(found.text);
                }}
              />
            )}
          </header>
          {begun !== undefined && !begun.own && !live ? (
            <p class="note" style={{ marginBottom: '0.625rem' }}>
              This program came with a link. It runs only after you press Run, in a sandbox without origin or
              network.
            </p>
          ) : null}
          <div class="editor" ref={place} />
          {fault === '' ? null : (
            <p class="note bad" role="alert" style={{ marginTop: '0.625rem' }}>
              {fault}
            </p>
          )}
          {said.length === 0 ? null : <pre class="said">{said.join('\n')}</pre>}
        </section>
        <div class="stack wide">
          {known === undefined ? (
            <Panel title="What is known of it">
              <p class="muted">Press Run: the program is written in a sandbox, and read here as data.</p>
            </Panel>
          ) : (
            <>
              <Panel
                title="Waves"
                end={
                  film === null ? null : (
                    <button type="button" onClick={() => setPlaying(!playing)}>
                      {playing ? 'Pause' : 'Play'}
                    </button>
                  )
                }
              >
                {film === null ? (
                  <p class="muted small">No output of it is a film of a plane.</p>
                ) : (
                  <div class="film-pair">
                    <figure class="film">
                      <Field
                        label={`The output ${film.name}, first channel`}
                        width={film.width}
                        height={film.height}
                        paint={paintFilm}
                      />
                      <figcaption class="caption number">
                        {film.name}, step {Math.min(frame + 1, film.steps)} of {film.steps}, initial weights
                      </figcaption>
                    </figure>
                    {cone ? (
                      <figure>
                        <Field
                          label={`Light cone of the middle pixel of ${cone.output} in ${cone.input}`}
                          width={cone.width}
                          height={cone.height}
                          paint={paintCone}
                        />
                        <figcaption class="caption number">
                          {`what the middle pixel of ${cone.output} sees of ${cone.input}: radius ${cone.radii[cone.radii.length - 1]} after all steps${cone.radii[0] > 0 ? `, ${cone.radii[0]} at once` : ''}; ${theme === 'light' ? 'darker' : 'brighter'} is sooner`}
                        </figcaption>
                      </figure>
                    ) : null}
                  </div>
                )}
              </Panel>
              <Panel title="Cost">
                <dl class="facts">
                  <div>
                    <dt>program</dt>
                    <dd class="mono">{known.signature}</dd>
                  </div>
                  <div>
                    <dt>parameters</dt>
                    <dd class="number" data-fact="parameters">
                      {known.parameters.toLocaleString('en')}, {known.trainable.toLocaleString('en')} of them
                      trained
                    </dd>
                  </div>
                  <div>
                    <dt>operations</dt>
                    <dd class="number">
                      {counted(known.flops)}FLOP an image, {counted(known.trainingFlops)}FLOP to learn from
                      one
                    </dd>
                  </div>
                  <div>
                    <dt>memory</dt>
                    <dd class="number">{counted(known.bytes)}B at most, one image</dd>
                  </div>
                  <div>
                    <dt>hash</dt>
                    <dd class="mono">{known.hash.slice(0, 16)}…</dd>
                  </div>
                </dl>
                <div class="bar" style={{ marginTop: '0.5rem' }}>
                  <a class="button" href="#/train">
                    Train it
                  </a>
                </div>
              </Panel>
            </>
          )}
        </div>
      </div>
      {known === undefined || embed === 'picture' || embed === 'time' ? null : (
        <div style={{ marginTop: '1rem' }}>
          <Panel title="Diagram">
            {known.diagram === null ? (
              <p class="muted small">More than 160 boxes: too large to be read.</p>
            ) : (
              <Diagram placed={known.diagram} />
            )}
          </Panel>
        </div>
      )}
    </div>
  );
};
