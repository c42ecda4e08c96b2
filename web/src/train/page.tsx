/** Train: the program of the editor, on a task that the page generates. */

import { zipSync } from 'fflate';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { type Caller, callerOf } from '../engine/call.js';
import { Panel, Select, Slider } from '../parts/controls.js';
import { Lines } from '../parts/plot.js';
import { Share } from '../parts/share.js';
import { offer } from '../save/record.js';
import type { Embed } from '../state/address.js';
import { keepInAddress } from '../state/address-bar.js';
import { emitOnce } from '../write/emit.js';
import { examples } from '../write/examples.js';
import { type KeptProgram, keepProgram, keptProgram } from '../write/kept.js';
import { runInSandbox } from '../write/sandbox.js';
import { experimentOf } from './experiment.js';
import { packTrain, type TrainState, unpackTrain } from './state.js';
import { trainTasks } from './tasks.js';
import { type Judged, type Opened, Unseen } from './unseen.js';
import type { TrainHandlers } from './worker.js';

const newWorker = (): Worker => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });

export const TrainPage = ({
  text: letters,
  embed,
}: {
  readonly text: string;
  readonly embed: Embed | undefined;
}) => {
  const begun = useMemo(() => (letters === '' ? undefined : unpackTrain(letters)), [letters]);
  const [program, setProgram] = useState<KeptProgram | undefined>(
    begun === undefined ? keptProgram() : undefined,
  );
  const [text] = useState(begun?.text ?? keptProgram()?.text ?? examples[0].text);
  const [state, setState] = useState<TrainState>(
    begun ?? { text, task: 'tetrominoes', batch: 4, rate: 0.003, seed: 0 },
  );
  const [fault, setFault] = useState(
    letters !== '' && begun === undefined
      ? 'This link holds no training, so the page shows how it begins.'
      : '',
  );
  const [running, setRunning] = useState(false);
  const [opened, setOpened] = useState<Opened>();
  const [ended, setEnded] = useState(false);
  const [losses, setLosses] = useState<readonly number[]>([]);
  const [scores, setScores] = useState<
    readonly { readonly step: number; readonly accuracy: number; readonly iou: number }[]
  >([]);
  const [judged, setJudged] = useState<Judged>();
  const [speed, setSpeed] = useState(0);
  const [run, setRun] = useState<string>();
  const worker = useRef<Caller<TrainHandlers> | undefined>(undefined);
  const go = useRef(false);

  const reset = useCallback((): void => {
    go.current = false;
    worker.current?.end();
    worker.current = undefined;
    setRunning(false);
    setOpened(undefined);
    setEnded(false);
    setLosses([]);
    setScores([]);
    setJudged(undefined);
  }, []);
  useEffect(
    () => () => {
      go.current = false;
      worker.current?.end();
    },
    [],
  );

  const write = async (): Promise<KeptProgram | undefined> => {
    const ran = await runInSandbox(await emitOnce(text), 10).result;
    if (ran.program === undefined) {
      setFault(ran.fault ?? 'There is no program.');
      return undefined;
    }
    const made: KeptProgram = {
      json: ran.program,
      experiment: typeof ran.experiment === 'object' && ran.experiment !== null ? { ...ran.experiment } : {},
      text,
    };
    keepProgram(made);
    setProgram(made);
    return made;
  };

  const start = async (): Promise<void> => {
    if (running) {
      go.current = false;
      return;
    }
    setFault('');
    setRunning(true);
    go.current = true;
    try {
      let calls = worker.current;
      if (calls === undefined) {
        const given = program ?? (await write());
        if (given === undefined) {
          setRunning(false);
          return;
        }
        const experiment = experimentOf(given, state);
        calls = callerOf<TrainHandlers>(newWorker());
        worker.current = calls;
        try {
          setOpened(await calls.call('open', { experiment, seed: state.seed }));
        } catch (cause) {
          worker.current = undefined;
          calls.end();
          throw cause;
        }
      }
      let untilJudged = losses.length === 0 ? 0 : 10;
      while (go.current && worker.current === calls) {
        if (untilJudged <= 0) {
          const found = await calls.call('judge', { count: 16 });
          setJudged(found);
          setLosses((all) => {
            setScores((old) => [...old, { step: all.length, accuracy: found.accuracy, iou: found.iou }]);
            return all;
          });
          untilJudged = 20;
        }
        const begunAt = performance.now();
        const { losses: fresh, done } = await calls.call('train', { steps: 2 });
        setSpeed((1000 * fresh.length) / (performance.now() - begunAt));
        untilJudged -= fresh.length;
        setLosses((all) => [...all, ...fresh]);
        if (done) {
          setEnded(true);
          go.current = false;
        }
      }
    } catch (cause) {
      setFault(cause instanceof Error ? cause.message : String(cause));
    }
    setRunning(false);
  };

  const save = async (kind: 'run' | 'folder' | 'graph'): Promise<void> => {
    const calls = worker.current;
    if (calls === undefined) return;
    try {
      if (kind === 'run') {
        const { name, zip } = await calls.call('run', null);
        setRun(`runs/${name}`);
        offer(new Blob([new Uint8Array(zip)], { type: 'application/zip' }), 'run.zip');
        return;
      }
      const files = await calls.call(kind, null);
      const folder = kind === 'folder' ? 'trained' : 'model';
      const packed = zipSync(
        Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`${folder}/${name}`, bytes])),
      );
      offer(new Blob([new Uint8Array(packed)], { type: 'application/zip' }), `${folder}.zip`);
    } catch (cause) {
      setFault(cause instanceof Error ? cause.message : String(cause));
    }
  };

  const change = (next: Partial<TrainState>): void => {
    reset();
    setState((old) => ({ ...old, ...next }));
  };
  useEffect(() => {
    const later = setTimeout(() => {
      if (letters !== '' || state.task !== 'tetrominoes' || state.rate !== 0.003)
        keepInAddress('train', packTrain(state));
    }, 500);
    return () => clearTimeout(later);
  }, [state]);

  const latest = scores.at(-1);
  return (
    <div>
      {embed === undefined ? (
        <div class="opening">
          <div>
            <h1>Train</h1>
            <p>
              The program of the editor, trained in this page as <code>drumhead run</code> would, on images
              that the page makes. Scores are of sixteen images that are never trained on.
            </p>
          </div>
          <Share page="train" state={() => packTrain(state)} scene={undefined} />
        </div>
      ) : null}
      {fault === '' ? null : (
        <p class="note bad" role="alert" style={{ marginBottom: '1rem' }}>
          {fault}
        </p>
      )}
      <div class="train">
        <Panel title="Training" end={<a href="#/write">Edit the program</a>}>
          <div class="stack">
            <p class="small muted">
              {typeof program?.experiment.name === 'string'
                ? program.experiment.name
                : 'The program of the editor'}
              {program === undefined ? '; it is written in the sandbox when you press Start.' : ''}
            </p>
            <Select
              label="Task"
              value={state.task}
              options={trainTasks.map(({ name, title }) => ({ value: name, text: title }))}
              onChange={(task) => change({ task })}
            />
            <div class="settings">
              <Slider
                label="images a step"
                value={state.batch}
                from={1}
                to={16}
                step={1}
                onChange={(batch) => change({ batch })}
              />
              <Slider
                label="rate"
                value={Math.log10(state.rate)}
                from={-4}
                to={-1}
                step={0.05}
                show={(value) => (10 ** value).toPrecision(2)}
                onChange={(value) => change({ rate: Number((10 ** value).toPrecision(2)) })}
              />
              <Slider
                label="seed"
                value={state.seed}
                from={0}
                to={99}
                step={1}
                onChange={(seed) => change({ seed })}
              />
            </div>
            <div class="bar">
              <button
                type="button"
                class="primary"
                style={{ minWidth: '5.5rem' }}
                disabled={ended}
                onClick={start}
              >
                {running ? 'Stop' : losses.length > 0 ? 'Go on' : 'Start'}
              </button>
              <button type="button" onClick={reset} disabled={losses.length === 0 || running}>
                From the beginning
              </button>
            </div>
            <dl class="facts">
              <div>
                <dt>steps</dt>
                <dd class="number" data-fact="steps">
                  {losses.length}
                  {opened === undefined ? '' : ` of ${opened.steps.toLocaleString('en')}`}
                  {running && speed > 0 ? `, ${speed.toPrecision(2)} a second` : ''}
                </dd>
              </div>
              <div>
                <dt>workers</dt>
                <dd class="number" data-fact="workers">
                  {opened === undefined ? '–' : opened.workers}
                </dd>
              </div>
              <div>
                <dt>loss</dt>
                <dd class="number" data-fact="loss">
                  {losses.length === 0
                    ? '–'
                    : (
                        losses.slice(-10).reduce((a, b) => a + b, 0) / Math.min(10, losses.length)
                      ).toPrecision(3)}
                </dd>
              </div>
              <div>
                <dt>shapes right</dt>
                <dd class="number" data-fact="accuracy">
                  {latest === undefined
                    ? '–'
                    : `${(100 * latest.accuracy).toFixed(1)} %, IoU ${latest.iou.toFixed(3)}`}
                </dd>
              </div>
            </dl>
            <div class="bar">
              <span class="muted small">Download</span>
              <button type="button" disabled={opened === undefined || running} onClick={() => save('run')}>
                Run folder
              </button>
              <button type="button" disabled={opened === undefined} onClick={() => save('folder')}>
                Program and weights
              </button>
              <button type="button" disabled={opened === undefined} onClick={() => save('graph')}>
                GraphModel
              </button>
            </div>
            <ul class="caption plain">
              <li>
                Run folder: stop, download, unzip <code>run.zip</code> below <code>runs</code>;{' '}
                <code>drumhead run {run ?? 'runs/NAME/SEED'}</code> goes on with it and tests it.
              </li>
              <li>
                Program and weights: <code>drumhead run-program trained --input PICTURE --out answer</code>.
              </li>
              <li>
                GraphModel: <code>loadGraphModel</code> of TensorFlow.js.
              </li>
            </ul>
          </div>
        </Panel>
        <div class="stack wide">
          <Panel title="Curves">
            <div class="curves">
              <Lines
                label={`Loss over ${losses.length} steps`}
                lines={[{ name: 'loss', values: losses, colour: 'var(--series-1)' }]}
                from={0}
                to={Math.max(1, losses.length)}
                unit="step"
                of="loss, nats"
                low={0}
                height={170}
              />
              <Lines
                label={`Share of the shapes' pixels that are right, now ${latest === undefined ? 'unknown' : latest.accuracy.toFixed(2)}`}
                lines={[
                  {
                    name: 'right',
                    values: scores.map(({ accuracy }) => accuracy),
                    colour: 'var(--series-1)',
                  },
                  { name: 'IoU', values: scores.map(({ iou }) => iou), colour: 'var(--series-2)' },
                ]}
                from={0}
                to={Math.max(1, latest?.step ?? 1)}
                unit="step; blue: right, orange: IoU"
                of="share"
                low={0}
                high={1}
                height={170}
              />
            </div>
          </Panel>
          <Panel title="Unseen images">
            <Unseen judged={judged} opened={opened} />
          </Panel>
        </div>
      </div>
    </div>
  );
};
