/** The panel of one pixel: its wave, its spectrum, and the probability of each class over time. */

import { useMemo } from 'preact/hooks';
import { Panel } from '../parts/controls.js';
import { Lines, Shares } from '../parts/plot.js';
import type { ModelView } from './runs.js';
import { stepsOf } from './runs.js';
import type { DrawTask } from './tasks.js';

/** The magnitudes of a real series' Fourier transform, its mean removed, under a Hann window. */
export const spectrumOf = (series: ArrayLike<number>): Float64Array => {
  const count = series.length;
  const out = new Float64Array(Math.floor(count / 2) + 1);
  if (count < 4) return out;
  let mean = 0;
  for (let t = 0; t < count; t++) mean += series[t] / count;
  const windowed = Float64Array.from(
    { length: count },
    (_, t) => (series[t] - mean) * (0.5 - 0.5 * Math.cos((2 * Math.PI * (t + 0.5)) / count)),
  );
  for (let k = 0; k < out.length; k++) {
    let [re, im] = [0, 0];
    for (let t = 0; t < count; t++) {
      re += windowed[t] * Math.cos((2 * Math.PI * k * t) / count);
      im -= windowed[t] * Math.sin((2 * Math.PI * k * t) / count);
    }
    out[k] = (2 * Math.hypot(re, im)) / count;
  }
  return out;
};

const seriesColours = ['var(--series-1)', 'var(--series-2)', 'var(--series-3)'];

interface ProbeProps {
  readonly task: DrawTask;
  readonly views: readonly ModelView[];
  readonly probe: readonly [number, number] | undefined;
  readonly share: number;
  readonly colours: readonly { readonly name: string; readonly colour: string }[];
}

export const Probe = ({ task, views, probe, share, colours }: ProbeProps) => {
  const heard = views.map((view) => view.heard);
  const spectra = useMemo(
    () =>
      heard.map((each) => {
        if (each === undefined || each.channels === 0) return [];
        return Array.from({ length: each.channels }, (_, channel) =>
          spectrumOf(
            Float64Array.from({ length: each.ran }, (_n, t) => each.wave[t * each.channels + channel]),
          ),
        );
      }),
    [...heard],
  );
  if (probe === undefined)
    return (
      <Panel title="Probe">
        <p class="muted">
          Click a pixel of a model to hear it: its wave, its spectrum, and its class probabilities over time.
        </p>
      </Panel>
    );
  const place = `row ${probe[0] + 1}, column ${probe[1] + 1}`;
  return (
    <Panel title={`Probe at ${place}`}>
      <div class="probes">
        {task.models.map((model, i) => {
          const each = heard[i];
          const steps = stepsOf(model);
          const dt = 'dt' in model.spec ? model.spec.dt : 1;
          const lines =
            each === undefined
              ? []
              : Array.from({ length: each.channels }, (_, channel) => ({
                  name: `channel ${channel + 1}`,
                  // steps that have not run yet are a gap
                  values: Float64Array.from({ length: steps }, (_n, t) =>
                    t < each.ran ? each.wave[t * each.channels + channel] : Number.NaN,
                  ),
                  colour: seriesColours[channel % 3],
                }));
          const most = each?.probabilities.slice(-each.classes) ?? new Float32Array(0);
          const best = most.indexOf(Math.max(...most));
          return (
            <div class="stack" key={model.title} data-model={model.spec.name}>
              <h3>
                {model.title}
                {best >= 0 ? (
                  <span class="muted" style={{ fontWeight: 400 }}>
                    : {colours[best]?.name}, {Math.round(100 * most[best])} %
                  </span>
                ) : null}
              </h3>
              {steps > 0 ? (
                <>
                  <Lines
                    label={`Wave of ${model.title} at ${place}`}
                    lines={lines}
                    from={0}
                    to={steps}
                    unit="step"
                    of="y"
                    now={share * steps}
                  />
                  <Lines
                    label={`Spectrum of ${model.title} at ${place}`}
                    lines={spectra[i].map((values, channel) => ({
                      name: `channel ${channel + 1}`,
                      values,
                      colour: seriesColours[channel % 3],
                    }))}
                    from={0}
                    to={0.5 / dt}
                    unit={dt === 1 ? 'cycles a step' : 'cycles a unit of time'}
                    of="amplitude"
                    low={0}
                  />
                </>
              ) : null}
              <Shares
                label={`Class probabilities of ${model.title} at ${place}${best >= 0 ? `: ${colours[best]?.name} ${Math.round(100 * most[best])} percent` : ''}`}
                shares={each?.probabilities ?? new Float32Array(0)}
                rows={each === undefined ? 0 : each.probabilities.length / each.classes}
                room={steps}
                colours={colours.map(({ colour }) => colour)}
                from={0}
                to={steps}
                unit={steps > 0 ? 'steps heard' : 'at once'}
                now={steps > 0 ? share * steps : undefined}
              />
            </div>
          );
        })}
      </div>
    </Panel>
  );
};
