/** A program as boxes and arrows. */

import type { Placed } from './layout.js';

export const Diagram = ({ placed }: { readonly placed: Placed }) => (
  <section
    class="diagram"
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and is scrolled by keys
    tabIndex={0}
    aria-label="Diagram of the program"
  >
    <svg
      viewBox={`0 0 ${placed.width} ${placed.height}`}
      width={placed.width}
      height={placed.height}
      role="img"
      aria-label={`${placed.boxes.length} boxes: ${placed.boxes.map(({ lines }) => lines[0]).join(', ')}`}
    >
      <defs>
        <marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
          <path d="M0 0L8 4L0 8Z" fill="var(--strong)" />
        </marker>
      </defs>
      {placed.groups.map(({ title, scan, x, y, width, height }) => (
        <g key={`${title} ${x} ${y}`}>
          <rect class={scan ? 'group scan' : 'group'} x={x} y={y} width={width} height={height} rx={8} />
          <text class="title" x={x + 6} y={y - 4}>
            {title}
          </text>
        </g>
      ))}
      {placed.arrows.map(({ points, label, feedback, x, y }, i) => (
        <g key={i}>
          <path
            class={feedback ? 'arrow feedback' : 'arrow'}
            marker-end="url(#tip)"
            d={points
              .map((point, j) => `${j === 0 ? 'M' : 'L'}${point.x.toFixed(1)} ${point.y.toFixed(1)}`)
              .join('')}
          />
          <text class="label" x={x} y={y + 3} text-anchor="middle">
            {label}
          </text>
        </g>
      ))}
      {placed.boxes.map(({ id, lines, outline, x, y, width, height }) => (
        <g key={id}>
          <rect
            class={`box ${outline}`}
            x={x}
            y={y}
            width={width}
            height={height}
            rx={outline === 'box' ? 5 : height / 2}
          />
          {lines.map((line, j) => (
            <text key={j} x={x + width / 2} y={y + 17 + 15 * j} text-anchor="middle">
              {line}
            </text>
          ))}
        </g>
      ))}
    </svg>
  </section>
);
