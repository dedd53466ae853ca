import type { Signal } from '@preact/signals';

interface Props {
  label: string;
  /** Across which the line moves. */
  axis: 'x' | 'y';
  value: Signal<number>;
  min: number;
  max: number;
  step: number;
  /** The value for a place of the pointer, from the bounds of the element that both parts are in. */
  of: (event: PointerEvent, bounds: DOMRect) => number;
  /** Whether a larger value moves the line up or to the left. */
  isReversed?: boolean;
}

/** A line between two parts that moves by pointer and by arrow keys. */
export function Splitter({ label, axis, value, min, max, step, of, isReversed = false }: Props) {
  const set = (next: number) => (value.value = Math.max(min, Math.min(max, next)));
  const keys = axis === 'x' ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'];
  return (
    <div
      class={`splitter splitter-${axis}`}
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={axis === 'x' ? 'vertical' : 'horizontal'}
      aria-valuemin={Math.round(min < 1 ? min * 100 : min)}
      aria-valuemax={Math.round(max <= 1 ? max * 100 : max)}
      aria-valuenow={Math.round(max <= 1 ? value.value * 100 : value.value)}
      onPointerDown={(event) => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        event.currentTarget.closest('.editor')?.classList.add('dragging');
      }}
      onPointerMove={(event) => {
        const bounds = event.currentTarget.parentElement?.getBoundingClientRect();
        if (bounds && event.currentTarget.hasPointerCapture(event.pointerId)) set(of(event, bounds));
      }}
      onLostPointerCapture={(event) => event.currentTarget.closest('.editor')?.classList.remove('dragging')}
      onKeyDown={(event) => {
        const way = keys.indexOf(event.key);
        if (way < 0) return;
        event.preventDefault();
        set(value.value + step * (way === 1 ? 1 : -1) * (isReversed ? -1 : 1));
      }}
    />
  );
}
