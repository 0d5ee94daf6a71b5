/** 2026-11-21 10:45 UTC: the same wherever and in whatever language the page is read. */
export const timeText = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
