/** Controls that every page uses. */

import type { ComponentChildren } from 'preact';

interface SliderProps {
  readonly label: string;
  readonly value: number;
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly onChange: (value: number) => void;
  readonly show?: (value: number) => string;
  readonly disabled?: boolean;
  readonly warn?: string | undefined;
  /** The position of a limit on the slider. */
  readonly limit?: number | undefined;
}

export const Slider = ({
  label,
  value,
  from,
  to,
  step,
  onChange,
  show,
  disabled,
  warn,
  limit,
}: SliderProps) => {
  const share = limit === undefined ? undefined : Math.min(1, Math.max(0, (limit - from) / (to - from)));
  return (
    <label class={warn === undefined ? 'field' : 'field warned'}>
      <span>
        {label}
        <output>{show?.(value) ?? value}</output>
      </span>
      <input
        type="range"
        min={from}
        max={to}
        step={step}
        value={value}
        disabled={disabled}
        aria-invalid={warn === undefined ? undefined : 'true'}
        onInput={(event) => onChange(Number(event.currentTarget.value))}
        style={
          share === undefined
            ? undefined
            : {
                background: `linear-gradient(to right, transparent ${100 * share}%, var(--bad) ${100 * share}%) 0 100% / 100% 3px no-repeat`,
              }
        }
      />
      {warn === undefined ? null : <small class="warning">{warn}</small>}
    </label>
  );
};

interface ChoiceProps<A extends string> {
  readonly label: string;
  readonly value: A;
  readonly options: readonly { readonly value: A; readonly text: string; readonly title?: string }[];
  readonly onChange: (value: A) => void;
}

/** A few alternatives side by side. */
export const Choice = <A extends string>({ label, value, options, onChange }: ChoiceProps<A>) => (
  <fieldset class="choice" aria-label={label} style={{ margin: 0 }}>
    {options.map((option) => (
      <button
        key={option.value}
        type="button"
        aria-pressed={option.value === value}
        title={option.title}
        onClick={() => onChange(option.value)}
      >
        {option.text}
      </button>
    ))}
  </fieldset>
);

/** One of many. */
export const Select = <A extends string>({ label, value, options, onChange }: ChoiceProps<A>) => (
  <label class="field">
    <span>{label}</span>
    <select
      value={value}
      onChange={(event) => {
        const found = options.find((option) => option.value === event.currentTarget.value);
        if (found !== undefined) onChange(found.value);
      }}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.text}
        </option>
      ))}
    </select>
  </label>
);

export const Tick = ({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: boolean;
  readonly onChange: (value: boolean) => void;
}) => (
  <label class="tick">
    <input type="checkbox" checked={value} onChange={(event) => onChange(event.currentTarget.checked)} />
    {label}
  </label>
);

export const Legend = ({
  items,
}: {
  readonly items: readonly { readonly name: string; readonly colour: string }[];
}) => (
  <div class="legend">
    {items.map(({ name, colour }) => (
      <span key={name}>
        <i style={{ background: colour }} />
        {name}
      </span>
    ))}
  </div>
);

export const Panel = ({
  title,
  end,
  children,
  id,
}: {
  readonly title: string;
  readonly end?: ComponentChildren;
  readonly children: ComponentChildren;
  readonly id?: string;
}) => (
  <section class="panel" aria-label={title} id={id}>
    <header>
      <h2>{title}</h2>
      {end}
    </header>
    {children}
  </section>
);
