/** The progress of a sweep: a line for each running run on a terminal, plain lines elsewhere. */

import cliProgress from 'cli-progress';
import { plainText } from '../../base/plain-text.js';
import { chiefWords, type ScoreNews, shownChief } from '../../experiments/scores/measures.js';
import { fitted } from '../../experiments/value-text.js';
import { columnsWide, cutFront, scoreFigure } from '../../report/tables/index.js';
import type { News, Outcome } from '../../runner/sweep/messages.js';
import type { Assignment } from '../../runner/sweep/plan.js';
import type { SweepEvent } from '../../runner/sweep/run.js';
import { duration } from './progress.js';
import { estimate } from './sweep-estimate.js';
import { terminalWidth } from './terminal-width.js';

/** Draws events; `close` restores the terminal. */
export interface SweepTeller {
  readonly tell: (event: SweepEvent) => void;
  readonly close: () => void;
}

/** `tetrominoes/nwm-linear, seed 0` */
export const nameOf = ({ name, seed }: Assignment): string => `${name}, seed ${seed}`;

const score = (value: number | null): string => (value === null ? '–' : scoreFigure(value));

type EpochNews = Extract<News, { kind: 'epoch' }>;

/** The score of a test set, its loss where there is no other, or nothing. */
const testText = (news: ScoreNews): string => {
  const chief = news.chief ?? shownChief(news);
  return chief === null ? '' : `, test ${chiefWords(chief)} ${score(chief.value)}`;
};

/** What an epoch says of the validation, behind its loss: nothing where there is no score. */
const validationText = (news: EpochNews): string => {
  const chief = shownChief(news);
  return chief === null ? '' : `  validation ${chiefWords(chief)} ${score(chief.value)}`;
};

const ended = (outcome: Outcome): string => {
  switch (outcome.kind) {
    case 'finished':
      return `finished${outcome.before ? ' before' : ''}${testText(outcome)}`;
    case 'stopped':
    case 'elsewhere':
      return outcome.message;
    case 'failed':
      return `FAILED: ${outcome.message}`;
  }
};

const leftText = (secondsLeft: number | null): string =>
  secondsLeft === null ? '' : `, about ${duration(secondsLeft)} left`;

const planLine = (event: Extract<SweepEvent, { kind: 'plan' }>): string => {
  const finished = event.plan.filter(({ result }) => result !== null).length;
  return `${event.plan.length} runs on ${event.engine}, ${finished} finished before`;
};

/** Plain lines, for logs and pipes: each run that begins and ends, each epoch. */
export const plainSweepTeller = (print: (line: string) => void, now: () => number): SweepTeller => {
  const guess = estimate(now);
  const tell = (event: SweepEvent): void => {
    guess.see(event);
    switch (event.kind) {
      case 'note':
        print(`note: ${event.message}`);
        return;
      case 'plan':
        print(planLine(event));
        return;
      case 'begin':
        print(`${nameOf(event.run)}: begins`);
        return;
      case 'news': {
        const { news, run } = event;
        if (news.kind === 'epoch')
          print(
            `${nameOf(run)}: epoch ${news.epoch} of ${run.member.experiment.training.epochs}  ` +
              `train loss ${score(news.trainLoss)}  validation loss ${score(news.validationLoss)}` +
              `${validationText(news)}${leftText(guess.secondsLeft())}`,
          );
        if (news.kind === 'says') print(`${nameOf(run)}: ${news.message}`);
        return;
      }
      case 'end':
        print(
          `${nameOf(event.run)}: ${ended(event.outcome)}  (${guess.finished()} of ${guess.total()}${leftText(guess.secondsLeft())})`,
        );
        return;
    }
  };
  return { tell, close: () => {} };
};

const barSize = 12;

/**
 * A run's line beside its bar: complete if there is room, else with shorter words and without the beginning of the
 * name.
 */
export const lineWithin = (width: number, name: string, words: string, fewWords = words): string => {
  const room = width - barSize - 2;
  if (columnsWide(`${name}  ${words}`) <= room) return `${name}  ${words}`;
  const rest = fitted(fewWords, Math.max(8, room - 18));
  return `${cutFront(name, Math.max(8, room - columnsWide(rest) - 2))}  ${rest}`;
};

/** The words beside the bar of a run: with the validation of its last epoch, its score or else its loss. */
export const stepWords = (
  news: Extract<News, { kind: 'step' }>,
  epochs: number,
  last: EpochNews | undefined,
): readonly [words: string, fewWords: string] => {
  const shown =
    last === undefined ? null : (shownChief(last) ?? { name: 'loss', value: last.validationLoss });
  const validation = (of: string, iou: string): string =>
    shown === null
      ? ''
      : `  ${of} ${shown.name === 'foregroundIou' ? iou : chiefWords(shown)} ${score(shown.value)}`;
  return [
    `epoch ${news.epoch} of ${epochs}  train loss ${score(news.loss)}` +
      `${validation('validation', 'foreground IoU')}  ${duration(news.secondsLeft)} left`,
    `${news.epoch}/${epochs}${validation('val.', 'fg. IoU')}  ${duration(news.secondsLeft)}`,
  ];
};

/**
 * A table at the bottom of the terminal: a bar for each running run and one for all; finished runs are listed above.
 */
export const barSweepTeller = (stream: NodeJS.WriteStream, now: () => number): SweepTeller => {
  const guess = estimate(now);
  const bars = new cliProgress.MultiBar({
    stream,
    hideCursor: true,
    clearOnComplete: true,
    barsize: barSize,
    format: '{bar} {line}',
    gracefulExit: false,
    fps: 5,
  });
  const line = (name: string, words: string, fewWords?: string): { readonly line: string } => ({
    line: lineWithin(terminalWidth(stream) ?? 80, name, words, fewWords),
  });
  const all = bars.create(1000, 0, line('all runs', ''));
  const each = new Map<Assignment, cliProgress.SingleBar>();
  const scores = new Map<Assignment, EpochNews>();
  const print = (text: string): void => bars.log(`${plainText(text)}\n`);
  const tell = (event: SweepEvent): void => {
    guess.see(event);
    switch (event.kind) {
      case 'note':
        print(`note: ${event.message}`);
        break;
      case 'plan':
        print(planLine(event));
        break;
      case 'begin':
        each.set(event.run, bars.create(1, 0, line(nameOf(event.run), 'begins')));
        break;
      case 'news': {
        const bar = each.get(event.run);
        const { news, run } = event;
        if (news.kind === 'epoch') scores.set(run, news);
        if (news.kind === 'says') bar?.update(line(nameOf(run), plainText(news.message)));
        if (news.kind === 'step') {
          const { epochs } = run.member.experiment.training;
          bar?.setTotal(news.total);
          bar?.update(news.done, line(nameOf(run), ...stepWords(news, epochs, scores.get(run))));
        }
        break;
      }
      case 'end': {
        const bar = each.get(event.run);
        if (bar !== undefined) bars.remove(bar);
        each.delete(event.run);
        print(`${nameOf(event.run)}: ${ended(event.outcome)}`);
        break;
      }
    }
    all.update(
      Math.round(1000 * guess.share()),
      line('all runs', `${guess.finished()} of ${guess.total()} finished${leftText(guess.secondsLeft())}`),
    );
  };
  return { tell, close: () => bars.stop() };
};
