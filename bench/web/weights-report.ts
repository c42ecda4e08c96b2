/** A small report of weights whose run folder was not kept: what their file says of them, as a page. */

export interface Reported {
  readonly name: string;
  readonly epochs: number;
  readonly of: number;
  readonly test: unknown;
  readonly task: unknown;
  readonly model: unknown;
  readonly program: string;
  readonly parameters: number;
  readonly sha256: string;
}

/** The command that makes the weights of this name. */
export const commandOf = (name: string): string => `npx drumhead run web/weights/make/${name}.yaml`;

const safe = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const textOf = (value: unknown): string => {
  if (typeof value === 'number' && !Number.isInteger(value)) return value.toPrecision(4);
  return Array.isArray(value) ? value.join(', ') : String(value);
};

const table = (caption: string, values: unknown): string => {
  const rows = typeof values === 'object' && values !== null ? Object.entries(values) : [];
  return `<table><caption>${caption}</caption><tbody>${rows
    .map(([name, value]) => `<tr><th scope="row">${safe(name)}</th><td>${safe(textOf(value))}</td></tr>`)
    .join('')}</tbody></table>`;
};

/**
 * @example
 * smallReport(about)   // '<!doctype html>…<h1>tetrominoes-nwm</h1>…'
 */
export const smallReport = (about: Reported): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${safe(about.name)}: the run of these weights</title>
<style>
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1.5rem 0; width: 100%; }
caption { text-align: left; font-weight: 600; padding-bottom: 0.25rem; }
th, td { text-align: left; font-weight: 400; border-top: 1px solid #8886; padding: 0.25rem 1rem 0.25rem 0; overflow-wrap: anywhere; }
th { width: 14rem; }
td { font-variant-numeric: tabular-nums; }
code { overflow-wrap: anywhere; }
</style>
</head>
<body>
<main>
<h1>${safe(about.name)}</h1>
<p>One run, one seed, no setting searched. The folder of the run was not kept, so this page has no curves: it says what the file of the
weights says. The command makes the run and its whole report anew: <code>${safe(commandOf(about.name))}</code></p>
${table('Scores on test images, which were never trained on', about.test)}
${table('Task', about.task)}
${table('Model', about.model)}
${table('Weights', {
  parameters: about.parameters,
  epoch: `${about.epochs} of ${about.of}`,
  program: about.program,
  'SHA-256': about.sha256,
})}
</main>
</body>
</html>
`;
