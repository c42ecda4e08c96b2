/** The progress of a run: a bar on a terminal, plain lines elsewhere. */

import cliProgress from 'cli-progress';
import { plainText } from '../../base/plain-text.js';
import { chiefWords } from '../../experiments/scores/measures.js';
import type { RunEvent } from '../../runner/environment.js';

/** Draws events; `close` restores the terminal. */
export interface Teller {
  readonly tell: (event: RunEvent) => void;
  readonly close: () => void;
}

const number = (value: number | null, digits: number): string =>
  value === null ? '-' : value.toFixed(digits);

/** 75 → `1m 15s`. */
export const duration = (seconds: number): string => {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60);
  const hours = Math.floor(minutes / 60);
  if (hours > 0) return `${hours}h ${String(minutes % 60).padStart(2, '0')}m`;
  return minutes > 0 ? `${minutes}m ${String(whole % 60).padStart(2, '0')}s` : `${whole}s`;
};

const epochLine = (event: Extract<RunEvent, { kind: 'epoch' }>): string =>
  `epoch ${event.epoch}  train loss ${number(event.trainLoss, 4)}  ` +
  `validation loss ${number(event.validationLoss, 4)}  ${
    event.chief === undefined
      ? `validation foreground IoU ${number(event.foregroundIou, 3)}`
      : `validation ${chiefWords(event.chief)} ${number(event.chief.value, 4)}`
  }`;

const numbered = (count: number, of: string): string => `${count} ${of}${count === 1 ? '' : 's'}`;

const startLine = (event: Extract<RunEvent, { kind: 'start' }>): string =>
  `${event.fromStep > 0 ? `going on after step ${event.fromStep} of` : 'training'} ` +
  `${numbered(event.epochs, 'epoch')} of ${numbered(event.stepsPerEpoch, 'step')} in ${event.folder}`;

/** Plain lines, for logs and pipes: one after each epoch, and some between epochs. */
export const plainTeller = (print: (line: string) => void, now: () => number): Teller => {
  let last = Number.NEGATIVE_INFINITY;
  let made = now();
  const tell = (event: RunEvent): void => {
    switch (event.kind) {
      case 'note':
      case 'stage':
        print(event.message);
        return;
      case 'data':
        if (event.total === 0 || now() - made < 5) return;
        made = now();
        print(`data: ${event.done} of ${event.total} samples`);
        return;
      case 'start':
        last = now();
        print(startLine(event));
        return;
      case 'step':
        if (now() - last < 10) return;
        last = now();
        print(
          `  step ${event.done}/${event.total}  epoch ${event.epoch}  loss ${number(event.loss, 4)}  ` +
            `${number(event.samplesPerSecond, 1)} samples/s  ${duration(event.secondsLeft)} left`,
        );
        return;
      case 'epoch':
        print(epochLine(event));
        return;
    }
  };
  return { tell, close: () => {} };
};

/** A bar that stays on one line of the terminal; epochs are printed above it. */
export const barTeller = (stream: NodeJS.WriteStream): Teller => {
  const bar = new cliProgress.SingleBar({
    stream,
    hideCursor: true,
    clearOnComplete: true,
    barsize: 24,
    format: '{what} {bar} {value}/{total}  {rest}',
    gracefulExit: false,
  });
  let last = `val. fg. IoU ${number(null, 3)}`;
  let what = '';
  const stop = (): void => {
    if (what !== '') bar.stop();
    what = '';
  };
  const show = (name: string, value: number, total: number, rest: string): void => {
    if (what !== name) {
      stop();
      bar.start(total, value, { what: name, rest });
      what = name;
    } else bar.update(value, { what: name, rest });
  };
  const print = (line: string): void => {
    stop();
    stream.write(`${plainText(line)}\n`);
  };
  const tell = (event: RunEvent): void => {
    switch (event.kind) {
      case 'note':
      case 'stage':
        print(event.message);
        return;
      case 'data':
        if (event.done >= event.total) stop();
        else show('data', event.done, event.total, '');
        return;
      case 'start':
        print(startLine(event));
        return;
      case 'step':
        show(
          'training',
          event.done,
          event.total,
          `epoch ${event.epoch}  train loss ${number(event.loss, 4)}  ${last}  ` +
            `${number(event.samplesPerSecond, 1)} samples/s  ${duration(event.secondsLeft)} left`,
        );
        return;
      case 'epoch':
        last =
          event.chief === undefined
            ? `val. fg. IoU ${number(event.foregroundIou, 3)}`
            : `val. ${chiefWords(event.chief)} ${number(event.chief.value, 4)}`;
        print(epochLine(event));
        return;
    }
  };
  return { tell, close: stop };
};
