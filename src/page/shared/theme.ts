/** The theme in force, its colours for canvases, and the button that changes it. */
import { element } from './dom.ts';

type Theme = 'light' | 'dark';

const listeners = new Set<() => void>();
const colors = new Map<string, string>();
let probe: HTMLElement | null = null;

const prefersDark = matchMedia('(prefers-color-scheme: dark)');
const printing = matchMedia('print');

/** Called whenever colours have changed. */
export function onThemeChange(listener: () => void): void {
  listeners.add(listener);
}

function changed(): void {
  colors.clear();
  for (const listener of listeners) listener();
}

prefersDark.addEventListener('change', changed);

export function currentTheme(): Theme {
  const { theme } = document.documentElement.dataset;
  if (theme === 'light' || theme === 'dark') return theme;
  return prefersDark.matches ? 'dark' : 'light';
}

export function setTheme(theme: Theme | null): void {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  changed();
}

/** What a custom property such as `--ink` is at present, as a canvas takes it. */
export function color(property: string): string {
  let value = colors.get(property);
  if (value === undefined) {
    probe ??= document.body.appendChild(element('span', { hidden: true }));
    probe.style.color = `var(${property})`;
    colors.set(property, (value = getComputedStyle(probe).color));
  }
  return value;
}

/** Paper is white: canvases are drawn anew in light colours for the printer, and back. */
export function followPrinting(): void {
  let before: string | undefined;
  const start = () => {
    if (before !== undefined) return;
    before = document.documentElement.dataset.theme ?? '';
    setTheme('light');
  };
  const end = () => {
    if (before === undefined) return;
    setTheme(before === 'dark' || before === 'light' ? before : null);
    before = undefined;
  };
  addEventListener('beforeprint', start);
  addEventListener('afterprint', end);
  printing.addEventListener('change', ({ matches }) => (matches ? start() : end()));
}

export function themeButton(): HTMLButtonElement {
  const button = element('button', { type: 'button', class: 'button no-print', id: 'theme' });
  const show = () => {
    const next = currentTheme() === 'dark' ? 'light' : 'dark';
    button.textContent = next === 'dark' ? 'Dark' : 'Light';
    button.setAttribute('aria-label', `Switch to the ${next} theme`);
  };
  button.addEventListener('click', () => setTheme(currentTheme() === 'dark' ? 'light' : 'dark'));
  onThemeChange(show);
  show();
  return button;
}
