/** Time that runs only while it can be seen. */

import { useEffect, useRef } from 'preact/hooks';

/** Calls back before each frame while the clock runs, the element is on screen and the page is visible. */
export const useFrames = (
  running: boolean,
  element: { readonly current: Element | null },
  each: (seconds: number) => void,
): void => {
  const latest = useRef(each);
  latest.current = each;
  useEffect(() => {
    if (!running) return;
    let frame = 0;
    let before: number | undefined;
    let seen = true;
    const tick = (now: number): void => {
      frame = requestAnimationFrame(tick);
      if (before !== undefined) latest.current(Math.min(0.1, (now - before) / 1000));
      before = now;
    };
    const change = (): void => {
      cancelAnimationFrame(frame);
      before = undefined;
      if (seen && !document.hidden) frame = requestAnimationFrame(tick);
      document.documentElement.dataset.running = String(seen && !document.hidden);
    };
    const watcher = new IntersectionObserver((entries) => {
      seen = entries.some(({ isIntersecting }) => isIntersecting);
      change();
    });
    if (element.current !== null) watcher.observe(element.current);
    document.addEventListener('visibilitychange', change);
    change();
    return () => {
      cancelAnimationFrame(frame);
      watcher.disconnect();
      document.removeEventListener('visibilitychange', change);
      document.documentElement.dataset.running = 'false';
    };
  }, [running, element]);
};
