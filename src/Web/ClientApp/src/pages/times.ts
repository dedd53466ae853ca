const forms: Record<string, Intl.DateTimeFormatOptions> = {
  day: { dateStyle: 'long' },
  minute: { dateStyle: 'long', timeStyle: 'short' },
};

/** Moments, which the server writes in UTC, in the visitor's own zone; hovering shows UTC. */
export function showLocalTimes(root: ParentNode): void {
  for (const time of root.querySelectorAll<HTMLTimeElement>('time[data-local]')) {
    const moment = new Date(time.dateTime);
    const form = forms[time.dataset['local'] ?? ''];
    if (!form || Number.isNaN(moment.valueOf())) continue;
    time.title = time.textContent;
    time.textContent = new Intl.DateTimeFormat(document.documentElement.lang, form).format(moment);
  }
}
