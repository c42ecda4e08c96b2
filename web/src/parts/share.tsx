/** A view's link, its frame for other pages, and its files. */

import { useRef, useState } from 'preact/hooks';
import { type Format, offer, record, type Scene } from '../save/record.js';
import { type Embed, embedLevels, type PageName } from '../state/address.js';
import { linkOf } from '../state/address-bar.js';
import { Choice } from './controls.js';

const levelText: Readonly<Record<Embed, string>> = {
  picture: 'picture only',
  time: 'with time',
  all: 'all controls',
};

export const Share = ({
  page,
  state,
  scene,
}: {
  readonly page: PageName;
  readonly state: () => string;
  readonly scene: (() => Scene) | undefined;
}) => {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState('');
  const [level, setLevel] = useState<Embed>('time');
  const [said, setSaid] = useState('');
  const [busy, setBusy] = useState(false);
  const frame = `<iframe src="${linkOf(page, text, level)}" width="760" height="560" style="border:0" title="drumhead" loading="lazy"></iframe>`;
  const copy = async (what: string, name: string): Promise<void> => {
    try {
      await navigator.clipboard.writeText(what);
      setSaid(`${name} copied`);
    } catch {
      setSaid('The browser refused the clipboard; copy the text by hand.');
    }
  };
  const save = async (format: Format): Promise<void> => {
    if (scene === undefined || busy) return;
    setBusy(true);
    setSaid(format === 'png' ? 'saving' : 'recording');
    try {
      const taken = scene();
      const blob = await record(taken, format, (share) => setSaid(`recording ${Math.round(100 * share)} %`));
      offer(blob, `${taken.name}.${format}`);
      setSaid(`${taken.name}.${format}, ${Math.max(1, Math.round(blob.size / 1000))} KB`);
    } catch (cause) {
      setSaid(cause instanceof Error ? cause.message : String(cause));
    }
    setBusy(false);
  };
  return (
    <>
      <button
        type="button"
        onClick={() => {
          setText(state());
          setSaid('');
          dialog.current?.showModal();
        }}
      >
        Share
      </button>
      <dialog ref={dialog} aria-labelledby="share-title">
        <div class="stack">
          <div class="bar" style={{ justifyContent: 'space-between' }}>
            <h2 id="share-title">Share this view</h2>
            <button type="button" class="plain" onClick={() => dialog.current?.close()}>
              Close
            </button>
          </div>
          <label class="field">
            <span>Link, {linkOf(page, text).length} letters</span>
            <textarea readOnly rows={3} value={linkOf(page, text)} />
          </label>
          <button type="button" onClick={() => copy(linkOf(page, text), 'Link')}>
            Copy link
          </button>
          <label class="field">
            <span>Frame for another page</span>
            <textarea readOnly rows={3} value={frame} />
          </label>
          <div class="bar">
            <Choice
              label="Controls in the frame"
              value={level}
              options={embedLevels.map((value) => ({ value, text: levelText[value] }))}
              onChange={setLevel}
            />
            <button type="button" onClick={() => copy(frame, 'Frame')}>
              Copy frame
            </button>
          </div>
          {scene === undefined ? null : (
            <div class="bar">
              <span class="muted small">Save as</span>
              <button type="button" disabled={busy} onClick={() => save('png')}>
                PNG
              </button>
              <button type="button" disabled={busy} onClick={() => save('gif')}>
                GIF
              </button>
              <button type="button" disabled={busy} onClick={() => save('webm')}>
                WebM
              </button>
            </div>
          )}
          <p class="small muted" role="status">
            {said}
          </p>
        </div>
      </dialog>
    </>
  );
};
