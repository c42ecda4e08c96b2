/** Wave lab: a running system that can be plucked, walled and probed. */

import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { spectrumOf } from '../draw/probe.js';
import { type Caller, callerOf } from '../engine/call.js';
import { drumShapes } from '../engine/drums.js';
import type { Moment, OpenedSystem, Opening } from '../engine/system.js';
import { largest, paintComplex, paintLevel, paintPhase, paintSigned } from '../look/maps.js';
import { isCalm, useTheme } from '../look/theme.js';
import { useFrames } from '../parts/clock.js';
import { Choice, Panel, Select, Slider } from '../parts/controls.js';
import { Field, type Place, type Touch } from '../parts/field.js';
import { Lines } from '../parts/plot.js';
import { Share } from '../parts/share.js';
import type { Scene } from '../save/record.js';
import type { Embed } from '../state/address.js';
import { keepInAddress } from '../state/address-bar.js';
import type { AnalysisHandlers } from './analysis-worker.js';
import { Laws } from './laws.js';
import { KOmegaPlot, type Measured, PhasePlot } from './plots.js';
import { play, rateFor } from './sound.js';
import { firstLab, type LabState, modes, packLab, unpackLab } from './state.js';
import { labSystems, limitOf, systemOf, type Values } from './systems.js';
import type { LabHandlers } from './worker.js';

type Brush = 'pluck' | 'probe' | 'wall' | 'open' | 'paint';

/** Rows of a line's picture, newest below. */
const lineRows = 128;
const remembered = 512;

const newWorker = (): Worker => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
const newAnalyst = (): Worker =>
  new Worker(new URL('./analysis-worker.ts', import.meta.url), { type: 'module' });

/** The last numbers of a growing list. */
const appended = (list: Float64Array<ArrayBuffer>, more: ArrayLike<number>): Float64Array<ArrayBuffer> => {
  const all = new Float64Array(Math.min(remembered, list.length + more.length));
  const fresh = Math.min(all.length, more.length);
  const old = all.length - fresh;
  if (old > 0) all.set(list.subarray(list.length - old), 0);
  for (let i = 0; i < fresh; i++) all[old + i] = more[more.length - fresh + i];
  return all;
};

export const LabPage = ({ text, embed }: { readonly text: string; readonly embed: Embed | undefined }) => {
  const begun = useMemo(() => (text === '' ? undefined : unpackLab(text)), [text]);
  const [state, setState] = useState<LabState>(() => begun ?? firstLab(labSystems[0]));
  const [about, setAbout] = useState<OpenedSystem>();
  const [moment, setMoment] = useState<Moment>();
  const [playing, setPlaying] = useState(!isCalm());
  const [brush, setBrush] = useState<Brush>('pluck');
  const [painted, setPainted] = useState('');
  const [strength, setStrength] = useState(1);
  const [heard, setHeard] = useState(new Float64Array(0));
  const [energy, setEnergy] = useState(new Float64Array(0));
  const [measured, setMeasured] = useState<Measured>();
  const [lines, setLines] = useState<Float32Array>();
  const [said, setSaid] = useState(
    text !== '' && begun === undefined
      ? 'This link holds no view of this page, so the page shows how it begins.'
      : '',
  );
  const [busySound, setBusySound] = useState(false);
  const [pair, setPair] = useState<readonly [Float64Array, Float64Array]>();
  const { theme } = useTheme();
  const here = useRef<HTMLDivElement>(null);
  const calls = useRef<Caller<LabHandlers> | undefined>(undefined);
  const analyst = useRef<Caller<AnalysisHandlers> | undefined>(undefined);
  const waiting = useRef(false);
  const measuring = useRef(0);
  const now = useRef(state);
  now.current = state;

  const { system, values, seed, shape, mode } = state;
  const opening: Opening = useMemo(
    () => ({ name: system.name, values, seed, shape }),
    [system, values, seed, shape, mode],
  );
  const [period, setPeriod] = useState<number>();
  const rows = about?.rows ?? 1;
  const columns = about?.columns ?? 1;
  const probe =
    state.probe >= 0 && state.probe < rows * columns
      ? state.probe
      : system.line
        ? columns >> 1
        : (rows >> 1) * columns + Math.round(columns * 0.62);
  const probeNow = useRef(probe);
  probeNow.current = probe;

  const show = useCallback((next: Moment): void => {
    setMoment(next);
    setHeard((list) => appended(list, next.heard));
    setEnergy((list) => appended(list, next.energy));
  }, []);

  // another system or other settings: everything starts again, with the walls and media of the state
  useEffect(() => {
    const worker = callerOf<LabHandlers>(newWorker());
    calls.current = worker;
    waiting.current = true;
    let wanted = true;
    const { walls, medium, coefficient } = now.current;
    (async () => {
      const opened = await worker.call('open', opening);
      const sites = opened.rows * opened.columns;
      if (walls !== undefined && walls.length === sites)
        await worker.call('put', { walls: walls.slice(), medium: medium?.slice(), coefficient });
      if (!wanted) return;
      const names = Object.keys(opened.coefficients);
      setPainted((name) => (names.includes(name) ? name : (names[0] ?? '')));
      let steps: number | undefined;
      if (opening.name === 'drum' && now.current.mode > 0) {
        const { dt, speed } = opening.values;
        steps = await worker.call('stand', {
          mode: now.current.mode,
          dt: Number(dt),
          speed: Number(speed),
        });
      } else if (opening.name === 'drum') {
        // a drum at rest shows nothing, so it begins with a pluck
        const start = await worker.call('run', { steps: 0, probe: 0 });
        if (start.walls.includes(0))
          await worker.call('pluck', {
            site: centreOf(start.walls, opened.columns),
            radius: Math.max(1.5, opened.columns / 20),
            amount: 1,
          });
      }
      const first = await worker.call('run', { steps: 0, probe: 0 });
      if (!wanted) return;
      setAbout(opened);
      setPeriod(steps);
      setHeard(new Float64Array(0));
      setEnergy(new Float64Array(0));
      setMeasured(undefined);
      setLines(system.line ? new Float32Array(lineRows * opened.columns) : undefined);
      show(first);
      waiting.current = false;
    })().catch((cause: Error) => {
      if (wanted) setSaid(cause.message);
    });
    return () => {
      wanted = false;
      worker.end();
    };
  }, [opening, system, show]);

  useEffect(() => {
    const worker = callerOf<AnalysisHandlers>(newAnalyst());
    analyst.current = worker;
    return () => worker.end();
  }, []);

  const measure = useCallback(async (): Promise<void> => {
    const [lab, other, opened] = [calls.current, analyst.current, about];
    if (lab === undefined || other === undefined || opened === undefined || measuring.current === 1) return;
    measuring.current = 1;
    try {
      const { frames, count } = await lab.call('history', null);
      if (count >= 24 && !system.line)
        setMeasured(
          await other.call('measure', {
            frames,
            count,
            rows: opened.rows,
            columns: opened.columns,
            dt: Number(values.dt ?? 1),
            torus: values.boundary === 'circular',
          }),
        );
    } catch {
      // a state that diverged has no spectrum
    }
    measuring.current = 0;
  }, [about, system, values]);

  const advance = useCallback(async (): Promise<void> => {
    if (waiting.current || calls.current === undefined) return;
    waiting.current = true;
    try {
      const next = await calls.current.call('run', { steps: now.current.pace, probe: probeNow.current });
      show(next);
      if (now.current.system.line)
        setLines((old) => {
          if (old === undefined) return old;
          const width = old.length / lineRows;
          const rolled = new Float32Array(old.length);
          rolled.set(old.subarray(width));
          const each = next.values.length / width;
          for (let i = 0; i < width; i++) rolled[(lineRows - 1) * width + i] = next.values[i * each];
          return rolled;
        });
      if (next.blown) setPlaying(false);
    } catch (cause) {
      setSaid(cause instanceof Error ? cause.message : String(cause));
    }
    waiting.current = false;
  }, [show]);

  const since = useRef(0);
  useFrames(playing, here, (seconds) => {
    void advance();
    since.current += seconds;
    if (since.current > 1 && embed !== 'picture') {
      since.current = 0;
      void measure();
    }
  });

  const current = useCallback(
    (): LabState => ({
      ...state,
      probe: state.probe,
      walls: wallsToKeep(state, moment),
      medium: state.medium,
    }),
    [state, moment],
  );
  const asText = useCallback(() => packLab(current()), [current]);
  useEffect(() => {
    const later = setTimeout(() => keepInAddress('lab', asText()), 400);
    return () => clearTimeout(later);
  }, [state]);

  const set = (change: Partial<LabState>): void => setState((old) => ({ ...old, ...change }));
  const setValue = (name: string, value: number | string): void => {
    const resized = name === 'size' || name === 'length' || name === 'channels';
    setState((old) => ({
      ...old,
      values: { ...old.values, [name]: value },
      walls: resized ? undefined : wallsToKeep(old, moment),
      medium: resized ? undefined : old.medium,
      probe: resized ? -1 : old.probe,
    }));
  };
  const choose = (name: string): void => {
    const next = systemOf(name);
    if (next === undefined) return;
    setSaid('');
    setPair(undefined);
    setState(firstLab(next));
    setBrush('pluck');
    setPlaying(!isCalm());
  };

  const stroke = useRef<Set<number>>(new Set());
  const onField = async ({ row, column }: Place, touch: Touch): Promise<void> => {
    const worker = calls.current;
    if (worker === undefined || about === undefined) return;
    const site = system.line ? column : row * columns + column;
    if (brush === 'probe') {
      if (touch !== 'end') {
        set({ probe: site });
        setHeard(new Float64Array(0));
      }
      return;
    }
    if (brush === 'pluck') {
      if (touch === 'begin') {
        await worker.call('pluck', { site, radius: Math.max(1.5, columns / 24), amount: 1 });
        if (!playing) show(await worker.call('run', { steps: 0, probe }));
      }
      return;
    }
    if (touch === 'end') {
      stroke.current.clear();
      const next = await worker.call('run', { steps: 0, probe });
      show(next);
      set({
        walls: next.walls,
        ...(brush === 'paint' && next.medium.length > 0 && painted === Object.keys(about.coefficients)[0]
          ? { medium: next.medium, coefficient: painted }
          : {}),
      });
      return;
    }
    const sites: number[] = [];
    const reach = Math.max(1, Math.round(columns / 32));
    for (let i = row - reach; i <= row + reach; i++)
      for (let j = column - reach; j <= column + reach; j++)
        if (i >= 0 && j >= 0 && i < rows && j < columns && Math.hypot(i - row, j - column) <= reach)
          sites.push(i * columns + j);
    if (brush === 'paint') await worker.call('paint', { coefficient: painted, sites, value: strength });
    else await worker.call('wall', { sites, on: brush === 'wall' });
    if (!playing) show(await worker.call('run', { steps: 0, probe }));
  };

  const most = useMemo((): Values => {
    const all: Record<string, number> = { ...about?.coefficients };
    if (state.medium !== undefined && state.coefficient !== '')
      all[state.coefficient] = state.medium.reduce((a, b) => Math.max(a, b), 0);
    return all;
  }, [about, state.medium, state.coefficient]);
  const limit = limitOf(system.name, values, most);
  const step = Number(values.dt ?? 0);
  const beyond = limit !== undefined && step >= limit.dt;

  const gain = useRef(1);
  const paint = useCallback(
    (pixels: Uint8ClampedArray) => {
      if (moment === undefined || about === undefined) return;
      if (system.line) {
        if (lines === undefined) return;
        paintSigned(lines, largest(lines, 1e-3), theme, pixels);
        return;
      }
      const { seen, channels } = about;
      const shown =
        channels === 1 || (seen === 'complex' && channels === 2)
          ? moment.values
          : seen === 'complex'
            ? Float32Array.from(
                { length: 2 * rows * columns },
                (_, i) => moment.values[(i >> 1) * channels + (i & 1)],
              )
            : Float32Array.from({ length: rows * columns }, (_, i) => moment.values[i * channels]);
      const target = largest(shown, 1e-3);
      // the scale follows slowly, so that a decay stays visible
      gain.current = Math.max(target, gain.current * 0.97);
      if (seen === 'signed') paintSigned(shown, gain.current, theme, pixels);
      else if (seen === 'level') paintLevel(shown, Math.max(1e-3, target), theme, pixels);
      else if (seen === 'phase') paintPhase(shown, theme, pixels);
      else paintComplex(shown, target, theme, pixels);
      const wall = theme === 'light' ? [86, 94, 110] : [122, 130, 146];
      for (let i = 0; i < moment.walls.length; i++)
        if (moment.walls[i] === 1)
          for (let c = 0; c < 3; c++)
            pixels[4 * i + c] =
              system.name === 'drum' ? (theme === 'light' ? [236, 238, 242] : [11, 13, 16])[c] : wall[c];
    },
    [moment, about, theme, lines, system, rows, columns],
  );
  const over = useCallback(
    (context: CanvasRenderingContext2D, scale: number) => {
      const [row, column] = system.line
        ? [lineRows - 2, probe]
        : [Math.floor(probe / columns), probe % columns];
      for (const [style, width] of [
        ['#000', 4],
        ['#fff', 2],
      ] as const) {
        context.strokeStyle = style;
        context.lineWidth = width / scale;
        context.beginPath();
        context.arc(column + 0.5, row + 0.5, 1.4, 0, 2 * Math.PI);
        context.stroke();
      }
    },
    [probe, columns, system],
  );

  const scene = (): Scene => {
    const size = 512;
    const [width, height] = system.line ? [columns, lineRows] : [columns, rows];
    const draw = (context: CanvasRenderingContext2D): void => {
      const canvas = here.current?.querySelector<HTMLCanvasElement>('.lab-field canvas');
      context.fillStyle = theme === 'light' ? '#ffffff' : '#171a20';
      context.fillRect(0, 0, size, size + 40);
      if (canvas !== null && canvas !== undefined) {
        context.imageSmoothingEnabled = false;
        const scale = size / Math.max(width, height);
        context.drawImage(canvas, 0, 40, width * scale, height * scale);
      }
      context.fillStyle = theme === 'light' ? '#1b1e26' : '#e9ecf2';
      context.font = "600 15px 'Inter Variable', sans-serif";
      context.textBaseline = 'middle';
      context.fillText(`${system.title}, step ${stepNow.current}`, 12, 20);
    };
    return {
      name: `drumhead-${system.name}`,
      width: size,
      height: size + 40,
      frames: 60,
      rate: 20,
      draw: async (context, frame) => {
        if (frame !== undefined) {
          await advance();
          await new Promise((next) => requestAnimationFrame(next));
        }
        draw(context);
      },
    };
  };
  const stepNow = useRef(0);
  stepNow.current = moment?.step ?? 0;

  const listen = async (): Promise<void> => {
    if (calls.current === undefined || busySound) return;
    setBusySound(true);
    try {
      const series = await calls.current.call('listen', { steps: system.name === 'nca' ? 256 : 6000, probe });
      const spectrum = spectrumOf(series.subarray(0, Math.min(1024, series.length)));
      let best = 1;
      for (let k = 1; k < spectrum.length; k++) if (spectrum[k] > spectrum[best]) best = k;
      const rate = rateFor(best / Math.min(1024, series.length));
      const what = `${series.length} steps at ${rate} steps a second`;
      setSaid(`playing ${what}`);
      await play(series, rate);
      setSaid(`played ${what}`);
    } catch (cause) {
      setSaid(cause instanceof Error ? cause.message : String(cause));
    }
    setBusySound(false);
  };
  const listenToPair = async (): Promise<void> => {
    if (busySound) return;
    setBusySound(true);
    setSaid('striking both drums');
    const steps = 8192;
    const struck: Float32Array[] = [];
    try {
      for (const name of ['alike 1', 'alike 2']) {
        const worker = callerOf<LabHandlers>(newWorker());
        const opened = await worker.call('open', {
          name: 'drum',
          values: { ...values, alpha: 0 },
          seed: 0,
          shape: name,
        });
        const start = await worker.call('run', { steps: 0, probe: 0 });
        const middle = centreOf(start.walls, opened.columns);
        await worker.call('pluck', { site: middle, radius: 1.5, amount: 1 });
        struck.push(await worker.call('listen', { steps, probe: middle + 2 * opened.columns + 3 }));
        worker.end();
      }
      const spectra = struck.map((series) => lowSpectrum(series, 400));
      setPair([spectra[0], spectra[1]]);
      for (const [i, series] of struck.entries()) {
        setSaid(`drum ${i + 1} of 2`);
        await play(series, 8000);
      }
      setSaid('');
    } catch (cause) {
      setSaid(cause instanceof Error ? cause.message : String(cause));
    }
    setBusySound(false);
  };

  const spectrum = useMemo(() => spectrumOf(heard), [heard]);
  const theory = useMemo(() => {
    if (system.name !== 'wave' && system.name !== 'drum') return undefined;
    const speed = Number(values.speed ?? 1);
    const omega = Number(values.omega ?? 0);
    return (k: number): number =>
      Math.sqrt(4 * speed * speed * Math.sin(Math.min(Math.PI, k) / 2) ** 2 + omega);
  }, [system, values]);
  const drift =
    energy.length > 1 && energy[0] !== 0
      ? (energy[energy.length - 1] - energy[0]) / Math.abs(energy[0])
      : undefined;
  const brushes: readonly { readonly value: Brush; readonly text: string; readonly title: string }[] = [
    { value: 'pluck', text: 'Pluck', title: 'Click to pluck' },
    { value: 'probe', text: 'Probe', title: 'Choose the site that is heard' },
    ...(system.line
      ? []
      : [
          {
            value: 'wall' as const,
            text: system.name === 'drum' ? 'Cut away' : 'Wall',
            title: 'Sites that stand still',
          },
          {
            value: 'open' as const,
            text: system.name === 'drum' ? 'Add drum' : 'Open',
            title: 'Takes walls away',
          },
          ...(painted === ''
            ? []
            : [{ value: 'paint' as const, text: 'Medium', title: 'Paints a coefficient' }]),
        ]),
  ];
  const [width, height] = system.line ? [columns, lineRows] : [columns, rows];

  return (
    <div ref={here}>
      {embed === undefined ? (
        <div class="opening">
          <div>
            <h1>Wave lab</h1>
            <p>
              Every system of the library, stepped by its own kernels. Click to pluck, paint walls and media,
              and hold the laws against what you see.
            </p>
          </div>
          <Share page="lab" state={asText} scene={scene} />
        </div>
      ) : null}
      {said === '' ? null : (
        <p class="note" role="status" style={{ marginBottom: '1rem' }}>
          {said}
        </p>
      )}
      <div class="lab">
        <section class="panel" aria-label="Field">
          <div class="lab-field stack">
            <Field
              label={`${system.title}: a field of ${height} by ${width}. Arrow keys move, Enter ${brush === 'pluck' ? 'plucks' : 'applies the brush'}.`}
              width={width}
              height={height}
              paint={paint}
              over={embed === 'picture' ? undefined : over}
              onTouch={embed === 'picture' ? undefined : onField}
              say={({ row, column }) =>
                system.line || moment === undefined || about === undefined
                  ? ''
                  : `value ${moment.values[(row * columns + column) * about.channels]?.toPrecision(2)}`
              }
            />
            {embed === 'picture' ? null : (
              <div class="transport">
                <button
                  type="button"
                  class="primary"
                  style={{ minWidth: '5.5rem' }}
                  onClick={() => setPlaying(!playing)}
                >
                  {playing ? 'Pause' : 'Run'}
                </button>
                <button
                  type="button"
                  onClick={() => {
                    void advance();
                    void measure();
                  }}
                  disabled={playing}
                >
                  Step
                </button>
                <button
                  type="button"
                  onClick={() =>
                    set({ seed: state.seed, values: { ...values }, walls: wallsToKeep(state, moment) })
                  }
                >
                  Start again
                </button>
                <span class="number muted small" data-step={moment?.step}>
                  step {moment?.step ?? 0}
                </span>
              </div>
            )}
            {moment?.blown === true ? (
              <p class="note bad" role="alert">
                It blew up.{' '}
                {limit === undefined
                  ? 'No time step is known that holds it.'
                  : `The law says ${limit.says}, that is h < ${limit.dt.toPrecision(3)}; here h is ${step}.`}{' '}
                {limit === undefined ? null : (
                  <button
                    type="button"
                    onClick={() => {
                      setValue('dt', Number((0.9 * limit.dt).toPrecision(2)));
                      setPlaying(!isCalm());
                    }}
                  >
                    Take {(0.9 * limit.dt).toPrecision(2)}
                  </button>
                )}
              </p>
            ) : null}
          </div>
        </section>
        {embed === 'picture' || embed === 'time' ? null : (
          <div class="tiled">
            <Panel title="System">
              <div class="stack">
                <Select
                  label="System"
                  value={system.name}
                  options={labSystems.map(({ name, title }) => ({ value: name, text: title }))}
                  onChange={choose}
                />
                <p class="small muted">{system.about}</p>
                {system.name === 'drum' ? (
                  <Select
                    label="Shape"
                    value={shape}
                    options={drumShapes.map((name) => ({
                      value: name as string,
                      text: name === 'none' ? 'none: draw your own' : name,
                    }))}
                    onChange={(name) => {
                      set({ shape: name, walls: undefined, medium: undefined, probe: -1 });
                      setBrush(name === 'none' ? 'open' : 'pluck');
                    }}
                  />
                ) : null}
                {system.name === 'drum' ? (
                  <Select
                    label="Begins with"
                    value={String(mode)}
                    options={[
                      { value: '0', text: 'a pluck: many tones at once' },
                      ...Array.from({ length: modes }, (_, i) => ({
                        value: `${i + 1}`,
                        text: `a standing wave: mode ${i + 1}`,
                      })),
                    ]}
                    onChange={(chosen) => {
                      set({ mode: Number(chosen), walls: wallsToKeep(state, moment) });
                      setPlaying(!isCalm());
                    }}
                  />
                ) : null}
                {period === undefined ? null : (
                  <p class="small muted" data-period={period}>
                    Mode {mode}: one tone, {period.toPrecision(4)} steps a period; white lines stand still. A
                    pluck, a cut or a painted medium adds other tones.
                  </p>
                )}
                <div class="bar">
                  <Choice label="Brush" value={brush} options={brushes} onChange={setBrush} />
                </div>
                {brush === 'paint' ? (
                  <div class="settings">
                    <Select
                      label="Coefficient"
                      value={painted}
                      options={Object.keys(about?.coefficients ?? {}).map((name) => ({
                        value: name,
                        text: name === 'medium' ? 'c² of the medium' : name,
                      }))}
                      onChange={setPainted}
                    />
                    <Slider
                      label="painted with"
                      value={strength}
                      from={0}
                      to={4}
                      step={0.05}
                      onChange={setStrength}
                    />
                  </div>
                ) : null}
              </div>
            </Panel>
            <Panel
              title="Settings"
              end={
                <button type="button" class="plain" onClick={() => choose(system.name)}>
                  Defaults
                </button>
              }
            >
              <div class="settings">
                {system.settings.map((setting) =>
                  setting.kind === 'number' ? (
                    <Slider
                      key={setting.name}
                      label={setting.label}
                      value={Number(values[setting.name])}
                      from={setting.from}
                      to={setting.to}
                      step={setting.step}
                      onChange={(value) => setValue(setting.name, value)}
                      limit={setting.name === 'dt' ? limit?.dt : undefined}
                      warn={
                        setting.name === 'dt' && beyond && limit !== undefined
                          ? `${limit.grows ? 'blows up' : 'goes wrong'} from h = ${limit.dt.toPrecision(3)}: ${limit.says}`
                          : undefined
                      }
                    />
                  ) : (
                    <Select
                      key={setting.name}
                      label={setting.label}
                      value={String(values[setting.name])}
                      options={setting.words.map((word) => ({ value: word, text: word }))}
                      onChange={(value) => setValue(setting.name, value)}
                    />
                  ),
                )}
                <Slider
                  label="steps a picture"
                  value={state.pace}
                  from={1}
                  to={20}
                  step={1}
                  onChange={(pace) => set({ pace })}
                />
                <Slider
                  label="seed"
                  value={seed}
                  from={0}
                  to={99}
                  step={1}
                  onChange={(value) => set({ seed: value })}
                />
              </div>
            </Panel>
            <Panel title="Sound">
              <div class="bar">
                <button type="button" disabled={busySound} onClick={listen}>
                  Listen to the probe
                </button>
                {system.name === 'drum' ? (
                  <button type="button" disabled={busySound} onClick={listenToPair}>
                    Two drums that sound alike
                  </button>
                ) : null}
              </div>
              {pair === undefined ? (
                <p class="small muted" style={{ marginTop: '0.5rem' }}>
                  The probe’s next steps, played so that its strongest tone is easy to hear.
                </p>
              ) : (
                <>
                  <Lines
                    label="Spectra of the two drums of Gordon, Webb and Wolpert: their tones are at the same places"
                    lines={[
                      { name: 'drum 1', values: pair[0], colour: 'var(--series-1)' },
                      { name: 'drum 2', values: pair[1], colour: 'var(--series-2)' },
                    ]}
                    from={0}
                    to={400 / 8192}
                    unit="cycles a step"
                    of="amplitude"
                    low={0}
                  />
                  <p class="caption">
                    Two shapes, one set of tones (Gordon, Webb and Wolpert 1992): the peaks stand at the same
                    places, their heights depend on where one strikes.
                  </p>
                </>
              )}
            </Panel>
          </div>
        )}
      </div>
      {embed === 'picture' || embed === 'time' ? null : (
        <>
          <div class="measures">
            <Panel title="Energy">
              {energy.length > 0 ? (
                <>
                  <Lines
                    label="Energy over the last steps"
                    lines={[{ name: 'energy', values: energy, colour: 'var(--series-1)' }]}
                    from={(moment?.step ?? 0) - energy.length}
                    to={moment?.step ?? 0}
                    unit="step"
                    of="mean energy"
                    low={0}
                  />
                  <p class="caption number">
                    {drift === undefined
                      ? ''
                      : `${drift >= 0 ? '+' : '−'}${Math.abs(100 * drift).toPrecision(2)} % over what is shown`}
                  </p>
                </>
              ) : (
                <p class="muted small">
                  {values.boundary === 'reflect'
                    ? 'No energy is defined here for edges that reflect.'
                    : (moment?.step ?? 0) === 0
                      ? 'Shown after 1 step, if this system has an energy.'
                      : 'This system keeps no energy; the laws below say what it keeps.'}
                </p>
              )}
            </Panel>
            <Panel title="Spectrum of the probe">
              <Lines
                label="The probe's last steps"
                lines={[{ name: 'probe', values: heard, colour: 'var(--series-1)' }]}
                from={(moment?.step ?? 0) - heard.length}
                to={moment?.step ?? 0}
                unit="step"
                of={about?.field ?? ''}
                height={110}
              />
              <Lines
                label="Spectrum of the probe's last steps"
                lines={[{ name: 'spectrum', values: spectrum, colour: 'var(--series-2)' }]}
                from={0}
                to={0.5}
                unit="cycles a step"
                of="amplitude"
                low={0}
                height={110}
              />
            </Panel>
            <Panel title="k–ω">
              {measured === undefined ? (
                <p class="muted small">
                  {system.line ? 'A line of units has no wave numbers here.' : 'Needs 24 steps.'}
                </p>
              ) : (
                <KOmegaPlot measured={measured} theme={theme} theory={theory} />
              )}
            </Panel>
            <Panel title="Phase">
              {measured === undefined ? (
                <p class="muted small">
                  {system.line ? 'A line of units has no phase map here.' : 'Needs 24 steps.'}
                </p>
              ) : (
                <PhasePlot measured={measured} theme={theme} />
              )}
            </Panel>
          </div>
          <div style={{ marginTop: '1rem' }}>
            <Laws
              key={system.name}
              opening={opening}
              crop={(side) => calls.current?.call('crop', { site: probe, side }) ?? Promise.resolve({})}
            />
          </div>
        </>
      )}
    </div>
  );
};

/** The site of the drum that is nearest to its centre of mass. */
const centreOf = (walls: Uint8Array, columns: number): number => {
  let [row, column, count] = [0, 0, 0];
  for (let i = 0; i < walls.length; i++)
    if (walls[i] === 0) {
      row += Math.floor(i / columns);
      column += i % columns;
      count += 1;
    }
  let [best, least] = [0, Number.POSITIVE_INFINITY];
  for (let i = 0; i < walls.length; i++)
    if (walls[i] === 0) {
      const far = Math.hypot(Math.floor(i / columns) - row / count, (i % columns) - column / count);
      if (far < least) [best, least] = [i, far];
    }
  return best;
};

/** Walls that a person drew; those of a shape follow from the shape. */
const wallsToKeep = (state: LabState, moment: Moment | undefined): Uint8Array | undefined =>
  state.walls === undefined || moment === undefined ? state.walls : moment.walls.slice();

/** The amplitudes of the lowest frequencies of a long series. */
const lowSpectrum = (series: Float32Array, count: number): Float64Array => {
  const length = series.length;
  const windowed = Float64Array.from(
    series,
    (value, t) => value * (0.5 - 0.5 * Math.cos((2 * Math.PI * (t + 0.5)) / length)),
  );
  return Float64Array.from({ length: count }, (_, k) => {
    let [re, im] = [0, 0];
    for (let t = 0; t < length; t++) {
      re += windowed[t] * Math.cos((2 * Math.PI * k * t) / length);
      im += windowed[t] * Math.sin((2 * Math.PI * k * t) / length);
    }
    return (2 * Math.hypot(re, im)) / length;
  });
};
