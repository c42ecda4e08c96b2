/** The progress of a run: a bar on a terminal, plain lines elsewhere. */

import cliProgress from 'cli-progress';
import { plainText } from '../../base/plain-text.js';
import { type Chief, chiefWords, shownChief } from '../../experiments/scores/measures.js';
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

const chiefNumber = ({ name, value }: Chief): string => number(value, name === 'foregroundIou' ? 3 : 4);

const epochLine = (event: Extract<RunEvent, { kind: 'epoch' }>): string => {
  const chief = shownChief(event);
  return (
    `epoch ${event.epoch}  train loss ${number(event.trainLoss, 4)}  ` +
    `validation loss ${number(event.validationLoss, 4)}` +
    (chief === null ? '' : `  validation ${chiefWords(chief)} ${chiefNumber(chief)}`)
  );
};

/** The validation in a few words: its score, or its loss where there is no score. */
const lastWords = (event: Extract<RunEvent, { kind: 'epoch' }>): string => {
  const chief = shownChief(event);
  if (chief === null) return `val. loss ${number(event.validationLoss, 4)}`;
  return `val. ${chief.name === 'foregroundIou' ? 'fg. IoU' : chiefWords(chief)} ${chiefNumber(chief)}`;
};

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
  // Followed by two spaces; empty before the first epoch ends.
  let last = '';
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
          `epoch ${event.epoch}  train loss ${number(event.loss, 4)}  ${last}` +
            `${number(event.samplesPerSecond, 1)} samples/s  ${duration(event.secondsLeft)} left`,
        );
        return;
      case 'epoch':
        last = `${lastWords(event)}  `;
        print(epochLine(event));
        return;
    }
  };
  return { tell, close: stop };
};
