/** docs/laws.md, made from the laws themselves. */

import { allLaws } from '../../src/laws/laws/index.js';
import type { Law } from '../../src/laws/trial/law.js';

const code = (text: string): string => (text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``);

const requirementsOf = ({ requirements }: Law): string =>
  requirements.length === 0
    ? 'nothing.'
    : `${requirements.map(({ name, essential }) => (essential ? `**${name}**` : name)).join('; ')}.`;

const section = (law: Law): string =>
  [
    `## ${law.entry}. ${law.name}`,
    '',
    code(law.statement),
    '',
    `- **Requires:** ${requirementsOf(law)}`,
    `- **Tolerance:** ${law.tolerance}.`,
    `- **Source:** ${law.source}.`,
  ].join('\n');

/** Every law with its statement, what it requires of a system, its tolerance and its source. */
export const lawsPage = (): string => `# Laws

The laws that \`drumhead laws NAME\` and \`check\` of \`drumhead/laws\` try on a system. \`npm run docs:write\` makes this page from
\`allLaws\`. Laws with the same number belong together.

A law is tried where the system meets what it requires. Without a requirement in **bold**, the law cannot be tried at all.
Without one of the others, it is tried only if the system was probably intended to keep the law, or if \`expect\` names it.

Symbols: \`y\` is a displacement, \`z\` its velocity, \`h\` the time step, \`F\` the force, \`K\` the coupling, \`alpha\` a damping,
\`omega\` a frequency term, \`u\` the unit roundoff, \`n\` a number of steps or of operations, \`s\` a whole state. A *kick* is
\`z' = z + h F(y)\`, a *drift* is \`y' = y + h z'\`. Running error analysis computes, beside each number, a bound on its rounding
error; a law holds where the difference of both sides is within that bound.

${allLaws.map(section).join('\n\n')}

**Next:** [try the laws on a system](how-to/laws.md).
`;
