/** Draw and decide: a picture, three models side by side, and the wave at each pixel. */

import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { classColour } from '../../../src/data/classes/colours.js';
import { isCalm, useTheme } from '../look/theme.js';
import { useFrames } from '../parts/clock.js';
import { Choice, Legend, Panel, Select, Tick } from '../parts/controls.js';
import { Field, type Place, type Touch } from '../parts/field.js';
import { Share } from '../parts/share.js';
import type { Embed } from '../state/address.js';
import { keepInAddress } from '../state/address-bar.js';
import { modelScene, tellViews } from './film.js';
import { ModelPanel } from './model-panel.js';
import { markProbe } from './overlay.js';
import { blank, buttonOf, type Picture, paintPicture, pictureFromFile, touched } from './picture.js';
import { Probe } from './probe.js';
import { sampleFrom, useRuns } from './runs.js';
import { packDraw, unpackDraw } from './state.js';
import type { DrawTask } from './tasks.js';
import { valuesOfModel } from './weights.js';

/** The duration of a whole run on screen, in seconds. */
const duration = 5;

type Tool = 'draw' | 'erase' | 'probe';

const hex = ([r, g, b]: readonly [number, number, number]): string => `rgb(${r} ${g} ${b})`;

export const DrawPage = ({
  tasks,
  text,
  embed,
}: {
  readonly tasks: readonly DrawTask[];
  readonly text: string;
  readonly embed: Embed | undefined;
}) => {
  const begun = useMemo(() => (text === '' ? undefined : unpackDraw(text, tasks)), [text, tasks]);
  const refused = text !== '' && begun === undefined;
  const [task, setTask] = useState<DrawTask>(
    () => tasks.find(({ name }) => name === begun?.task) ?? tasks[0],
  );
  const [sample, setSample] = useState<number | undefined>(begun === undefined ? 0 : begun.sample);
  const [picture, setPicture] = useState<Picture>(
    () => begun?.picture ?? blank(task.size, task.channels, task.brush.ground),
  );
  const [mask, setMask] = useState<Uint8Array>();
  const [trained, setTrained] = useState(begun?.trained ?? true);
  const [cone, setCone] = useState(begun?.cone ?? false);
  const [share, setShare] = useState(begun?.share ?? 0);
  const [playing, setPlaying] = useState(begun === undefined && !isCalm());
  const [probe, setProbe] = useState<readonly [number, number] | undefined>(begun?.probe);
  const [tool, setTool] = useState<Tool>('draw');
  const [colour, setColour] = useState(0);
  const [said, setSaid] = useState(
    refused ? 'This link holds no view of this page, so the page shows how it begins.' : '',
  );
  const here = useRef<HTMLDivElement>(null);
  const { theme } = useTheme();
  const runs = useRuns(task, trained, valuesOfModel);
  tellViews(runs.views);
  const now = useRef({ picture, share, probe });
  now.current = { picture, share, probe };

  // a worker generates the sample of the task
  useEffect(() => {
    if (sample === undefined) return;
    let wanted = true;
    sampleFrom(task, sample)
      .then((drawn) => {
        if (!wanted) return;
        setPicture(drawn.picture);
        setMask(drawn.mask);
      })
      .catch((cause: Error) => setSaid(cause.message));
    return () => {
      wanted = false;
    };
  }, [task, sample]);

  // a new picture restarts the wave; a damaged one was already sent to the models
  const damaged = useRef<Picture | undefined>(undefined);
  useEffect(() => {
    if (damaged.current === picture || picture.size !== task.size || picture.channels !== task.channels)
      return;
    runs.see(picture);
    runs.show(now.current.share);
    if (now.current.probe !== undefined) runs.hear(...now.current.probe);
  }, [picture, task, trained]);

  useEffect(() => {
    runs.show(share);
  }, [share, trained]);
  useEffect(() => {
    if (probe !== undefined) runs.hear(...probe);
  }, [probe, share === 1 ? 'end' : Math.floor(share * 12), trained]);
  useEffect(() => {
    if (probe !== undefined && cone) runs.cone(...probe);
  }, [probe, cone, trained, task]);

  useFrames(playing, here, (seconds) => {
    const next = Math.min(1, now.current.share + seconds / duration);
    setShare(next);
    if (next === 1) setPlaying(false);
  });

  const state = useCallback(
    () => packDraw({ task: task.name, sample, picture, trained, cone, share, probe }),
    [task, sample, picture, trained, cone, share, probe],
  );
  useEffect(() => {
    if (playing) return;
    const later = setTimeout(() => keepInAddress('draw', state()), 300);
    return () => clearTimeout(later);
  }, [state, playing]);

  const restart = (): void => {
    setShare(0);
    setPlaying(!isCalm());
  };
  const own = (next: Picture): void => {
    setSample(undefined);
    setMask(undefined);
    setPicture(next);
  };
  const strokeStarted = useRef(false);
  const onPicture = (place: Place, touch: Touch): void => {
    if (tool === 'probe') {
      setProbe([place.row, place.column]);
      return;
    }
    if (touch === 'end') {
      if (tool === 'draw' && strokeStarted.current) restart();
      strokeStarted.current = false;
      return;
    }
    const before = now.current.picture;
    const drawn = touched(before, task.brush, place, tool === 'erase' ? null : task.brush.colours[colour]);
    const runsNow = now.current.share > 0;
    setSample(undefined);
    setMask(undefined);
    now.current.picture = drawn.picture;
    if (tool === 'erase' && runsNow) {
      const sites = new Uint8Array(task.size * task.size);
      for (const pixel of drawn.pixels) sites[pixel] = 1;
      damaged.current = drawn.picture;
      runs.damage(drawn.picture, sites, now.current.share);
      runs.show(now.current.share);
      if (probe !== undefined) runs.hear(...probe);
    } else if (tool === 'draw') {
      strokeStarted.current = true;
      if (touch === 'begin') {
        setPlaying(false);
        setShare(0);
      }
    }
    setPicture(drawn.picture);
  };

  const choose = (name: string): void => {
    const next = tasks.find((each) => each.name === name);
    if (next === undefined) return;
    setTask(next);
    setColour(0);
    setProbe(undefined);
    setPicture(blank(next.size, next.channels, next.brush.ground));
    setMask(undefined);
    setSample(0);
    restart();
  };

  const paint = useMemo(() => paintPicture(picture), [picture]);
  const marked = useCallback(
    (context: CanvasRenderingContext2D, scale: number) => {
      if (probe !== undefined) markProbe(context, scale, probe);
    },
    [probe],
  );
  const scene = () => modelScene({ task, picture, views: runs.views, theme, share, show: setShare });
  const colours = task.classes.map((name, i) => ({ name, colour: hex(classColour(i)) }));
  const bare = embed === 'picture';

  const drawing = (
    <Panel
      title="Picture"
      end={
        bare ? null : (
          <span class="muted small">
            {sample === undefined ? 'your own' : `test image ${sample + 1}`}, {task.size} × {task.size}
          </span>
        )
      }
    >
      <div class="draw-tools">
        <Field
          label={`The picture, ${task.size} by ${task.size} pixels. Arrow keys move, Enter applies the tool.`}
          width={task.size}
          height={task.size}
          paint={paint}
          over={marked}
          onTouch={bare ? undefined : onPicture}
          say={({ row, column }) =>
            mask === undefined ? '' : (task.classes[mask[row * task.size + column]] ?? 'no class')
          }
        />
        {embed === 'picture' || embed === 'time' ? null : (
          <div class="stack" style={{ marginTop: '0.75rem' }}>
            <Select
              label="Task"
              value={task.name}
              options={tasks.map(({ name, title }) => ({ value: name, text: title }))}
              onChange={choose}
            />
            <div class="bar">
              <Choice
                label="Tool"
                value={tool}
                options={[
                  { value: 'draw', text: 'Draw', title: 'Draw; the wave starts afresh' },
                  { value: 'erase', text: 'Erase', title: 'Erase; while a wave runs, this damages it' },
                  { value: 'probe', text: 'Probe', title: 'Choose the pixel that is heard' },
                ]}
                onChange={setTool}
              />
              <fieldset class="swatches" aria-label="Colour">
                {task.brush.colours.map((each, i) => (
                  <button
                    key={hex(each)}
                    type="button"
                    aria-label={`Colour ${i + 1}`}
                    aria-pressed={i === colour}
                    style={buttonOf(task.brush, each)}
                    onClick={() => {
                      setColour(i);
                      setTool('draw');
                    }}
                  />
                ))}
              </fieldset>
            </div>
            <div class="bar">
              <button
                type="button"
                onClick={() => {
                  setSample(sample === undefined ? 0 : sample + 1);
                  restart();
                }}
              >
                Another
              </button>
              <button
                type="button"
                onClick={() => {
                  own(blank(task.size, task.channels, task.brush.ground));
                  setShare(0);
                  setPlaying(false);
                }}
              >
                Clear
              </button>
              <label class="button">
                Own picture
                <input
                  type="file"
                  accept="image/*"
                  class="unseen"
                  onChange={async (event) => {
                    const file = event.currentTarget.files?.[0];
                    if (file === undefined) return;
                    const read = await pictureFromFile(file, task.size, task.channels);
                    if (typeof read === 'string') setSaid(read);
                    else {
                      own(read);
                      setSaid('');
                      restart();
                    }
                  }}
                />
              </label>
            </div>
            <p class="small muted tool-note">
              {tool === 'erase'
                ? 'Erasing while a wave runs stills it there and changes its medium from now on.'
                : tool === 'probe'
                  ? 'Click a pixel, here or on a model, to hear it.'
                  : 'Draw, and the wave starts afresh.'}
            </p>
            <Legend items={colours} />
            {task.credit === undefined ? null : <p class="small muted">{task.credit}</p>}
          </div>
        )}
      </div>
    </Panel>
  );

  const transport = (
    <div class="panel transport">
      <button
        type="button"
        class="primary"
        style={{ minWidth: '5.5rem' }}
        onClick={() => {
          if (!playing && share === 1) setShare(0);
          setPlaying(!playing);
        }}
      >
        {playing ? 'Pause' : share === 1 ? 'Again' : 'Play'}
      </button>
      <label class="scrub">
        <span class="unseen">Time</span>
        <input
          type="range"
          min={0}
          max={1000}
          value={Math.round(1000 * share)}
          aria-valuetext={`${Math.round(100 * share)} percent of the run`}
          onInput={(event) => {
            setPlaying(false);
            setShare(Number(event.currentTarget.value) / 1000);
          }}
        />
        <span class="number muted" style={{ minWidth: '3rem' }}>
          {Math.round(100 * share)} %
        </span>
      </label>
      {embed === 'time' ? null : (
        <>
          <Choice
            label="Weights"
            value={trained ? 'trained' : 'untrained'}
            options={[
              { value: 'trained', text: 'Trained' },
              { value: 'untrained', text: 'Untrained' },
            ]}
            onChange={(value) => setTrained(value === 'trained')}
          />
          <Tick
            label="Light cone"
            value={cone}
            onChange={(value) => {
              setCone(value);
              if (value && probe === undefined) setProbe([task.size >> 1, task.size >> 1]);
            }}
          />
        </>
      )}
    </div>
  );

  return (
    <div ref={here}>
      {embed === undefined ? (
        <div class="opening">
          <div>
            <h1>Draw a shape, watch a wave decide</h1>
            <p>
              {task.models.some(({ weights }) => weights !== null)
                ? `Three trained networks of about equal size see the same picture. In the first a wave runs over the picture, and every pixel hears from it what it belongs to. The trained convolutional network sees 9 pixels at once, ${task.name === 'mazes' ? 'most of a maze' : 'less than a shape; it shows what a small window cannot decide'}. One run of each ranks nothing.`
                : 'Nobody has trained networks of this task for the page yet: all three are as they begin, so the wave is to be seen, and the classes mean nothing. Tetrominoes, digits, polygons and mazes have trained ones.'}
            </p>
          </div>
          <Share page="draw" state={state} scene={scene} />
        </div>
      ) : null}
      {said === '' ? null : (
        <p class="note bad" role="alert" style={{ marginBottom: '1rem' }}>
          {said}
        </p>
      )}
      <div class="decide">
        {drawing}
        <div class="stack wide">
          {bare ? null : transport}
          <div class="models">
            {task.models.map((model, i) => (
              <ModelPanel
                key={model.title}
                task={task}
                model={model}
                view={runs.views[i]}
                trained={trained}
                theme={theme}
                cone={cone}
                share={share}
                probe={probe}
                mask={mask}
                onProbe={bare ? undefined : (row, column) => setProbe([row, column])}
              />
            ))}
          </div>
          {bare ? null : (
            <Probe task={task} views={runs.views} probe={probe} share={share} colours={colours} />
          )}
        </div>
      </div>
    </div>
  );
};
