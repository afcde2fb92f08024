/** Tells screen readers how the run goes: what the user caused at once, the rest a few times a day. */
import type { Control } from '../../demo/frames.ts';
import { element } from '../shared/dom.ts';
import { sidesOf, verdict } from './scoreboard.ts';
import type { Story } from './story.ts';

export interface Announcer {
  node: HTMLElement;
  show(story: Story): void;
  say(text: string): void;
}

const EVERY_SIMULATED_MS = 6 * 3_600_000;
const LEAST_SILENCE_MS = 20_000;

export function createAnnouncer(moment: (timeMs: number) => string): Announcer {
  const node = element('p', { class: 'sr', role: 'status', id: 'announcements' });
  let told: Told | null = null;
  const say = (text: string) => (node.textContent = text);
  return {
    node,
    say,
    show(story) {
      const sides = sidesOf(story);
      if (!story.now || !sides || !story.control) return;
      const { atMs } = story.now;
      const next: Told = {
        quarter: Math.floor(atMs / EVERY_SIMULATED_MS),
        spokenMs: performance.now(),
        pace: paceOf(story.control),
        isOver: story.end !== null,
      };
      const reason = told && reasonToSpeak(told, next);
      if (told && !reason) return;
      if (reason === 'over') say(`The run is over. ${verdict(...sides, true)}`);
      else if (reason === 'pace') say(`${next.pace}, at ${moment(atMs)}.`);
      else if (reason === 'time') say(`${moment(atMs)}. ${verdict(...sides, false)}`);
      told = next;
    },
  };
}

/** What was the case when something was said last. */
interface Told {
  quarter: number;
  spokenMs: number;
  pace: string;
  isOver: boolean;
}

function reasonToSpeak(told: Told, next: Told): 'over' | 'pace' | 'time' | null {
  if (next.isOver && !told.isOver) return 'over';
  if (next.pace !== told.pace) return 'pace';
  return next.quarter !== told.quarter && next.spokenMs - told.spokenMs > LEAST_SILENCE_MS ? 'time' : null;
}

function paceOf({ paused, speed }: Control): string {
  if (paused) return 'Paused';
  return speed === 'max' ? 'As fast as it goes' : `${speed} minutes per second`;
}
