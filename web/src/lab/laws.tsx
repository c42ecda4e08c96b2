/** The laws of waves, each with a badge: tried on the settings, and on the state on screen. */

import { useRef, useState } from 'preact/hooks';
import { type Caller, callerOf } from '../engine/call.js';
import type { Opening } from '../engine/system.js';
import { Panel } from '../parts/controls.js';
import type { Badge, LawHandlers } from './laws-worker.js';

const newWorker = (): Worker => new Worker(new URL('./laws-worker.ts', import.meta.url), { type: 'module' });

/** Sites of a side of the square around the probe on which laws are tried. */
const side = 6;

export const Laws = ({
  opening,
  crop,
}: {
  readonly opening: Opening;
  readonly crop: (side: number) => Promise<Readonly<Record<string, Float32Array>>>;
}) => {
  const [badges, setBadges] = useState<readonly Badge[]>([]);
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState('');
  const worker = useRef<Caller<LawHandlers> | undefined>(undefined);
  const stop = (): void => {
    worker.current?.end();
    worker.current = undefined;
    setBusy(false);
  };
  const tryAll = async (): Promise<void> => {
    if (busy) {
      stop();
      setSaid('stopped');
      return;
    }
    const calls = callerOf<LawHandlers>(newWorker());
    worker.current = calls;
    setBusy(true);
    setBadges([]);
    try {
      const state = await crop(side);
      const names = await calls.call('names', null);
      const found: Badge[] = [];
      for (const [i, name] of names.entries()) {
        setSaid(`${i + 1} of ${names.length} laws`);
        const badge = await calls.call('one', {
          opening,
          name,
          crop: Object.fromEntries(Object.entries(state).map(([key, values]) => [key, values.slice()])),
          side,
          seconds: 2,
        });
        found.push(badge);
        setBadges([...found]);
      }
      const held = found.filter(({ outcome }) => outcome === 'holds').length;
      const broken = found.filter(({ outcome }) => outcome === 'broken').length;
      setSaid(`${held} hold, ${broken} broken, the others do not apply or were not tried`);
    } catch (cause) {
      setSaid(cause instanceof Error ? cause.message : String(cause));
    }
    calls.end();
    setBusy(false);
  };
  const applying = badges.filter(({ outcome }) => outcome !== 'does not apply');
  const others = badges.filter(({ outcome }) => outcome === 'does not apply');
  return (
    <Panel
      title="Laws"
      end={
        <button type="button" onClick={tryAll}>
          {busy ? 'Stop' : 'Try the laws'}
        </button>
      }
    >
      <p class="small muted" role="status">
        {said === ''
          ? 'Each law is tried on this system with these settings, and on the state around the probe.'
          : said}
      </p>
      <ul class="laws">
        {applying.map(({ name, formula, source, outcome, says, here }) => (
          <li key={name}>
            <span class={`badge ${outcome === 'holds' ? 'good' : outcome === 'broken' ? 'bad' : ''}`}>
              {outcome}
            </span>
            <span>
              <b>{name}</b> <span class="muted small">{formula}</span>
              <br />
              <span class="muted small" title={source}>
                {outcome === 'holds'
                  ? here === 'holds'
                    ? `on screen too; ${says}`
                    : here === 'broken'
                      ? 'broken on screen'
                      : says
                  : says}
              </span>
            </span>
          </li>
        ))}
      </ul>
      {others.length === 0 ? null : (
        <details>
          <summary class="small muted">{others.length} laws that do not apply, and why</summary>
          <ul class="laws">
            {others.map(({ name, says }) => (
              <li key={name}>
                <span class="small">
                  <b>{name}</b> <span class="muted">{says}</span>
                </span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </Panel>
  );
};
