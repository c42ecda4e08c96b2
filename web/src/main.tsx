/** The playground: the page that an address names, and the frame around it. */

import './look/style.css';
import './look/draw.css';
import './look/lab.css';
import './look/train.css';
import './look/write.css';
import type { ComponentType } from 'preact';
import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { knownTasks } from './draw/known-tasks.js';
import { DrawPage } from './draw/page.js';
import { chooseTheme, useTheme } from './look/theme.js';
import { type Address, type Embed, type PageName, readAddress, writeAddress } from './state/address.js';

const titles: Readonly<Record<PageName, string>> = {
  draw: 'Draw and decide',
  lab: 'Wave lab',
  write: 'Write',
  train: 'Train',
};
const pages: readonly PageName[] = ['draw', 'lab', 'write', 'train'];

const Top = ({ page }: { readonly page: PageName }) => {
  const { theme } = useTheme();
  return (
    <header class="top">
      <a class="name" href="#/draw">
        <svg width="22" height="22" viewBox="0 0 32 32" aria-hidden="true">
          <circle cx="16" cy="16" r="15" fill="currentColor" />
          <path
            d="M3 16c2.6-7 5.2-7 7.8 0s5.2 7 7.8 0 5.2-7 7.8 0"
            fill="none"
            stroke="var(--paper)"
            stroke-width="2.4"
            stroke-linecap="round"
          />
        </svg>
        drumhead
      </a>
      <nav aria-label="Pages">
        {pages.map((name) => (
          <a key={name} href={writeAddress(name, '')} aria-current={name === page ? 'page' : undefined}>
            {titles[name]}
          </a>
        ))}
      </nav>
      <div class="end">
        <button
          type="button"
          class="plain"
          aria-label={theme === 'light' ? 'Dark theme' : 'Light theme'}
          onClick={() => chooseTheme(theme === 'light' ? 'dark' : 'light')}
        >
          {theme === 'light' ? 'Dark' : 'Light'}
        </button>
      </div>
    </header>
  );
};

const Page = ({ address }: { readonly address: Address }) => {
  const { page, state, embed } = address;
  const Later = useLater(page);
  if (page === 'draw')
    return <DrawPage key={`draw/${state}`} tasks={knownTasks} text={state} embed={embed} />;
  return Later === undefined ? (
    <p class="muted">Loading …</p>
  ) : (
    <Later key={`${page}/${state}`} text={state} embed={embed} />
  );
};

type LaterPage = ComponentType<{ readonly text: string; readonly embed: Embed | undefined }>;

/** The pages that are loaded on demand. */
const later: Readonly<Record<Exclude<PageName, 'draw'>, () => Promise<LaterPage>>> = {
  lab: async () => (await import('./lab/page.js')).LabPage,
  write: async () => (await import('./write/page.js')).WritePage,
  train: async () => (await import('./train/page.js')).TrainPage,
};

const useLater = (page: PageName): LaterPage | undefined => {
  const [loaded, setLoaded] = useState<{ readonly page: PageName; readonly view: LaterPage }>();
  useEffect(() => {
    if (page === 'draw') return;
    let wanted = true;
    later[page]().then((view) => {
      if (wanted) setLoaded({ page, view });
    });
    return () => {
      wanted = false;
    };
  }, [page]);
  return loaded?.page === page ? loaded.view : undefined;
};

const App = () => {
  const [address, setAddress] = useState(() => readAddress(window.location.hash));
  useEffect(() => {
    const changed = (): void => setAddress(readAddress(window.location.hash));
    window.addEventListener('hashchange', changed);
    return () => window.removeEventListener('hashchange', changed);
  }, []);
  const { page, embed, known } = address;
  document.title = `${titles[page]} · drumhead`;
  document.body.classList.toggle('embedded', embed !== undefined);
  return (
    <>
      {embed === undefined ? <Top page={page} /> : null}
      <main>
        {known ? null : (
          <p class="note bad" role="alert" style={{ marginBottom: '1rem' }}>
            There is no such page; this is the first one.
          </p>
        )}
        <Page address={address} />
      </main>
      {embed === undefined ? (
        <footer>
          Everything is computed in this page: nothing is sent, nothing is counted, and once loaded it works
          offline.
        </footer>
      ) : null}
    </>
  );
};

const root = document.getElementById('page');
if (root !== null) render(<App />, root);
if (import.meta.env.PROD && 'serviceWorker' in navigator && window.isSecureContext)
  navigator.serviceWorker.register('./sw.js').catch(() => undefined);
