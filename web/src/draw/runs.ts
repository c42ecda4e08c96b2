/** The models of a task, each in its own worker, which gets a request only after answering the one before. */

import { useEffect, useRef, useState } from 'preact/hooks';
import type { Arrays } from '../../../src/compile/parameters.js';
import { type Caller, callerOf } from '../engine/call.js';
import type { Heard, Shown } from '../engine/decide.js';
import { type Picture, valuesOf } from './picture.js';
import type { DrawTask, Trained } from './tasks.js';
import type { DrawHandlers } from './worker.js';

const newWorker = (): Worker => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });

/** The current view of one model. */
export interface ModelView {
  readonly shown: Shown | undefined;
  readonly heard: Heard | undefined;
  readonly cone: Int32Array | undefined;
  readonly fault: string | undefined;
}

const nothing: ModelView = { shown: undefined, heard: undefined, cone: undefined, fault: undefined };

/** A running model: it serves the latest requests and skips older ones. */
class Running {
  readonly #calls: Caller<DrawHandlers> = callerOf<DrawHandlers>(newWorker());
  readonly #changed: (view: Partial<ModelView>) => void;
  #busy = true;
  #seen = false;
  #image: Float32Array | undefined;
  #erased: { readonly image: Float32Array; readonly sites: Uint8Array; readonly step: number } | undefined;
  #step: number | undefined;
  #probe: readonly [number, number] | undefined;
  #cone: readonly [number, number] | undefined;
  #ended = false;

  constructor(
    task: DrawTask,
    model: Trained,
    values: Promise<Arrays | null>,
    changed: (view: Partial<ModelView>) => void,
  ) {
    this.#changed = changed;
    const sizes = {
      height: task.size,
      width: task.size,
      channels: task.channels,
      classes: task.classes.length,
    };
    values
      .then((arrays) => this.#calls.call('open', { spec: model.spec, sizes, values: arrays }))
      .then(() => {
        this.#busy = false;
        this.#next();
      })
      .catch((cause: Error) => this.#changed({ fault: cause.message }));
  }

  see(picture: Picture): void {
    this.#image = valuesOf(picture);
    this.#erased = undefined;
    this.#next();
  }
  damage(picture: Picture, sites: Uint8Array, step: number): void {
    const before = this.#erased?.sites;
    this.#erased = {
      image: valuesOf(picture),
      sites: before === undefined ? sites : sites.map((one, i) => one | before[i]),
      step,
    };
    this.#next();
  }
  show(step: number): void {
    this.#step = step;
    this.#next();
  }
  hear(row: number, column: number): void {
    this.#probe = [row, column];
    this.#next();
  }
  cone(row: number, column: number): void {
    this.#cone = [row, column];
    this.#next();
  }
  end(): void {
    this.#ended = true;
    this.#calls.end();
  }

  async #next(): Promise<void> {
    if (this.#busy || this.#ended) return;
    this.#busy = true;
    try {
      const more = await this.#one();
      this.#busy = false;
      if (more) void this.#next();
    } catch (cause) {
      this.#busy = false;
      if (!this.#ended) this.#changed({ fault: cause instanceof Error ? cause.message : String(cause) });
    }
  }

  /** Serves one request: pictures first, then the view on screen, then the panels beside it. */
  async #one(): Promise<boolean> {
    const [image, erased, step, probe, cone] = [
      this.#image,
      this.#erased,
      this.#step,
      this.#probe,
      this.#cone,
    ];
    if (image !== undefined) {
      this.#image = undefined;
      await this.#calls.call('see', { image });
      this.#seen = true;
      return true;
    }
    if (!this.#seen) return false;
    if (erased !== undefined) {
      this.#erased = undefined;
      await this.#calls.call('damage', { image: erased.image, erased: erased.sites, step: erased.step });
      return true;
    }
    if (step !== undefined) {
      this.#step = undefined;
      const shown = await this.#calls.call('show', { step });
      if (!this.#ended) this.#changed({ shown });
      return true;
    }
    if (probe !== undefined) {
      this.#probe = undefined;
      const heard = await this.#calls.call('hear', { row: probe[0], column: probe[1] });
      if (!this.#ended) this.#changed({ heard });
      return true;
    }
    if (cone !== undefined) {
      this.#cone = undefined;
      const seen = await this.#calls.call('cone', { row: cone[0], column: cone[1] });
      if (!this.#ended) this.#changed({ cone: seen });
      return true;
    }
    return false;
  }
}

export interface Runs {
  readonly views: readonly ModelView[];
  readonly see: (picture: Picture) => void;
  readonly damage: (picture: Picture, sites: Uint8Array, share: number) => void;
  readonly show: (share: number) => void;
  readonly hear: (row: number, column: number) => void;
  readonly cone: (row: number, column: number) => void;
}

export const stepsOf = ({ spec }: Trained): number => ('steps' in spec ? spec.steps : 0);

/** The models of a task; new ones when the task or the switch between trained and untrained changes. */
export const useRuns = (
  task: DrawTask,
  trained: boolean,
  valuesOfModel: (model: Trained) => Promise<Arrays | null>,
): Runs => {
  const [views, setViews] = useState<readonly ModelView[]>(task.models.map(() => nothing));
  const running = useRef<readonly Running[]>([]);
  useEffect(() => {
    setViews(task.models.map(() => nothing));
    const models = task.models.map(
      (model, i) =>
        new Running(task, model, trained ? valuesOfModel(model) : Promise.resolve(null), (view) =>
          setViews((all) => all.map((each, j) => (i === j ? { ...each, ...view } : each))),
        ),
    );
    running.current = models;
    return () => {
      for (const model of models) model.end();
    };
  }, [task, trained, valuesOfModel]);
  const each = (f: (model: Running, steps: number) => void): void => {
    for (const [i, model] of running.current.entries()) f(model, stepsOf(task.models[i]));
  };
  return {
    views,
    see: (picture) => each((model) => model.see(picture)),
    damage: (picture, sites, share) =>
      each((model, steps) => model.damage(picture, sites, Math.round(share * steps))),
    show: (share) => each((model, steps) => model.show(Math.round(share * steps))),
    hear: (row, column) => each((model) => model.hear(row, column)),
    cone: (row, column) => each((model) => model.cone(row, column)),
  };
};

/** A sample of a task, from a worker that ends afterwards. */
export const sampleFrom = async (
  task: DrawTask,
  index: number,
): Promise<{ readonly picture: Picture; readonly mask: Uint8Array }> => {
  const calls = callerOf<DrawHandlers>(newWorker());
  try {
    const { image, mask } = await calls.call('sample', { task: task.task, index });
    return { picture: { size: task.size, channels: task.channels, bytes: new Uint8Array(image) }, mask };
  } finally {
    calls.end();
  }
};
