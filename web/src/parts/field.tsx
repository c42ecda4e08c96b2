/** A field of pixels that a person can point at, with a pointer or keys. */

import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

/** A place on a field, in its own rows and columns. */
export interface Place {
  readonly row: number;
  readonly column: number;
}

/** An event at a place: a stroke begins, continues or ends; or the keyboard cursor moves there. */
export type Touch = 'begin' | 'go on' | 'end';

interface FieldProps {
  readonly label: string;
  readonly width: number;
  readonly height: number;
  /** Paints the pixels as RGBA; called whenever it is another function. */
  readonly paint: (pixels: Uint8ClampedArray) => void;
  /** Draws over the pixels; units are pixels of the field. */
  readonly over?: ((context: CanvasRenderingContext2D, scale: number) => void) | undefined;
  readonly onTouch?: ((place: Place, touch: Touch) => void) | undefined;
  /** Describes a place when the keyboard cursor moves there. */
  readonly say?: ((place: Place) => string) | undefined;
  readonly smooth?: boolean;
  readonly children?: ComponentChildren;
}

const clamp = (value: number, count: number): number => Math.min(count - 1, Math.max(0, Math.floor(value)));

export const Field = ({ label, width, height, paint, over, onTouch, say, smooth }: FieldProps) => {
  const canvas = useRef<HTMLCanvasElement>(null);
  const above = useRef<HTMLCanvasElement>(null);
  const down = useRef(false);
  const [keys, setKeys] = useState<Place>();
  const [heard, setHeard] = useState('');

  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const image = context.createImageData(width, height);
    paint(image.data);
    context.putImageData(image, 0, 0);
  }, [paint, width, height]);

  useEffect(() => {
    const there = above.current;
    const context = there?.getContext('2d');
    if (!there || !context) return;
    const scale = Math.max(4, Math.round((there.clientWidth * window.devicePixelRatio) / width));
    there.width = width * scale;
    there.height = height * scale;
    context.clearRect(0, 0, there.width, there.height);
    context.scale(scale, scale);
    over?.(context, scale);
    if (keys !== undefined) {
      context.strokeStyle = '#fff';
      context.lineWidth = 2 / scale;
      context.strokeRect(keys.column, keys.row, 1, 1);
      context.strokeStyle = '#000';
      context.lineWidth = 1 / scale;
      context.strokeRect(keys.column - 1 / scale, keys.row - 1 / scale, 1 + 2 / scale, 1 + 2 / scale);
    }
  }, [over, keys, width, height]);

  const placeOf = (event: PointerEvent): Place => {
    const box = canvas.current?.getBoundingClientRect();
    if (box === undefined) return { row: 0, column: 0 };
    return {
      row: clamp(((event.clientY - box.top) / box.height) * height, height),
      column: clamp(((event.clientX - box.left) / box.width) * width, width),
    };
  };
  const move = (event: KeyboardEvent): void => {
    const far = event.shiftKey ? 5 : 1;
    const at = keys ?? { row: Math.floor(height / 2), column: Math.floor(width / 2) };
    const steps: Readonly<Record<string, readonly [number, number]>> = {
      ArrowUp: [-far, 0],
      ArrowDown: [far, 0],
      ArrowLeft: [0, -far],
      ArrowRight: [0, far],
    };
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      const next = { row: clamp(at.row + step[0], height), column: clamp(at.column + step[1], width) };
      setKeys(next);
      setHeard(`row ${next.row + 1}, column ${next.column + 1}${say === undefined ? '' : `, ${say(next)}`}`);
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      setKeys(at);
      onTouch?.(at, 'begin');
      onTouch?.(at, 'end');
    } else if (event.key === 'Escape') setKeys(undefined);
  };
  const touched = onTouch !== undefined;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: its role depends on whether it can be touched
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: both of its roles take a label
    <div
      class="canvas"
      tabIndex={touched ? 0 : undefined}
      role={touched ? 'application' : 'img'}
      aria-roledescription={touched ? 'field of pixels' : undefined}
      aria-label={label}
      onKeyDown={touched ? move : undefined}
      onBlur={() => setKeys(undefined)}
      onPointerDown={(event) => {
        if (!touched || event.button !== 0) return;
        down.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
        onTouch(placeOf(event), 'begin');
      }}
      onPointerMove={(event) => {
        if (down.current) onTouch?.(placeOf(event), 'go on');
      }}
      onPointerUp={(event) => {
        if (!down.current) return;
        down.current = false;
        onTouch?.(placeOf(event), 'end');
      }}
      onPointerCancel={() => {
        down.current = false;
      }}
    >
      <canvas
        ref={canvas}
        width={width}
        height={height}
        style={smooth ? { imageRendering: 'auto' } : undefined}
      />
      <canvas ref={above} class="over" />
      {touched ? (
        <span class="unseen" aria-live="polite">
          {heard}
        </span>
      ) : null}
    </div>
  );
};
