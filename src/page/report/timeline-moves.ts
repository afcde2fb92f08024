/** How one moves along the timeline: by buttons, and by the keyboard. */
import { element } from '../shared/dom.ts';

const HOUR_MS = 3_600_000;
const SLOT_MS = 300_000;

export interface TimelineView {
  fromMs: number;
  toMs: number;
}

export function zoomButtons(zoom: (factor: number) => void, pan: (share: number) => void): HTMLElement[] {
  const button = (label: string, text: string, onclick: () => void) =>
    element('button', { type: 'button', class: 'button', 'aria-label': label, title: label, onclick }, text);
  return [
    element(
      'div',
      { class: 'segments', role: 'group', 'aria-label': 'Zoom and move' },
      button('Zoom in', '+', () => zoom(0.5)),
      button('Zoom out', '−', () => zoom(2)),
      button('Earlier', '←', () => pan(-0.5)),
      button('Later', '→', () => pan(0.5)),
    ),
  ];
}

interface KeyContext {
  selectedMs: number;
  firstMs: number;
  endMs: number;
  view: TimelineView;
}

/** What a key on the chart asks for: another slot, or another view. */
export function keyAction(
  { key, shiftKey }: KeyboardEvent,
  { selectedMs, firstMs, endMs, view: { fromMs, toMs } }: KeyContext,
): { slotMs: number } | TimelineView | null {
  const width = toMs - fromMs;
  const step = shiftKey ? HOUR_MS : SLOT_MS;
  const around = (size: number) => ({ fromMs: selectedMs - size / 2, toMs: selectedMs + size / 2 });
  const actions: Record<string, () => { slotMs: number } | TimelineView> = {
    ArrowLeft: () => ({ slotMs: selectedMs - step }),
    ArrowRight: () => ({ slotMs: selectedMs + step }),
    Home: () => ({ slotMs: firstMs }),
    End: () => ({ slotMs: endMs - 1 }),
    '+': () => around(width / 2),
    '=': () => around(width / 2),
    '-': () => around(width * 2),
    PageUp: () => ({ fromMs: fromMs - width / 2, toMs: toMs - width / 2 }),
    PageDown: () => ({ fromMs: fromMs + width / 2, toMs: toMs + width / 2 }),
    Escape: () => ({ fromMs: firstMs, toMs: endMs }),
  };
  return actions[key]?.() ?? null;
}
