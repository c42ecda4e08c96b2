/**
 * Runs code in a worker of a frame without origin and network, and ends it when it takes too long or a person
 * stops it.
 */

/** The result of the sandbox. */
export interface Ran {
  /** The program as JSON; undefined if there is none. */
  readonly program: string | undefined;
  readonly experiment: unknown;
  readonly fault: string | undefined;
  readonly place: readonly [number, number] | undefined;
  readonly lines: readonly string[];
  readonly ended: boolean;
}

export interface Run {
  readonly result: Promise<Ran>;
  readonly end: (why: string) => void;
}

/** The largest program; the language does not write larger ones. */
const mostLetters = 20_000_000;

const nothing: Ran = {
  program: undefined,
  experiment: {},
  fault: undefined,
  place: undefined,
  lines: [],
  ended: false,
};

const isText = (value: unknown): value is string => typeof value === 'string' && value.length < mostLetters;

/** Reads an answer, which may be anything. */
const read = (data: unknown): Ran => {
  const all: Readonly<Record<string, unknown>> = typeof data === 'object' && data !== null ? { ...data } : {};
  const { program, experiment, fault, place, lines } = all;
  let around: unknown = {};
  try {
    around = isText(experiment) ? JSON.parse(experiment) : {};
  } catch {
    around = {};
  }
  return {
    program: isText(program) ? program : undefined,
    experiment: around,
    fault: isText(fault) ? fault.slice(0, 2000) : isText(program) ? undefined : 'The code answered nothing.',
    place:
      Array.isArray(place) && place.length === 2 && place.every(Number.isInteger)
        ? [Number(place[0]), Number(place[1])]
        : undefined,
    lines: Array.isArray(lines) ? lines.filter(isText).slice(0, 200) : [],
    ended: false,
  };
};

let library: Promise<string> | undefined;

export const runInSandbox = (code: string, seconds: number): Run => {
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', 'allow-scripts');
  frame.hidden = true;
  frame.title = 'sandbox';
  frame.src = new URL('./sandbox.html', document.baseURI).href;
  let finish: (ran: Ran) => void = () => undefined;
  const result = new Promise<Ran>((done) => {
    finish = done;
  });
  const channel = new MessageChannel();
  const clear = (): void => {
    clearTimeout(timer);
    window.removeEventListener('message', ready);
    channel.port1.close();
    frame.remove();
  };
  const end = (why: string): void => {
    clear();
    finish({ ...nothing, fault: why, ended: true });
  };
  const ready = async (event: MessageEvent): Promise<void> => {
    if (event.source !== frame.contentWindow || event.data !== 'ready') return;
    window.removeEventListener('message', ready);
    library ??= import('virtual:library').then((module) => module.default);
    const text = await library;
    frame.contentWindow?.postMessage(
      { library: `${text}\n//# sourceURL=/node_modules/drumhead/library.js`, code },
      '*',
      [channel.port2],
    );
  };
  const timer = setTimeout(
    () =>
      end(
        `The code ran longer than ${seconds} s and was ended: a program is written in an instant, so a loop goes on.`,
      ),
    1000 * seconds,
  );
  channel.port1.onmessage = ({ data }) => {
    clear();
    finish(read(data));
  };
  window.addEventListener('message', ready);
  document.body.append(frame);
  return { result, end };
};
