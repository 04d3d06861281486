import type { ExportForm } from '../../state/exports/export-form.ts';

/** Tells of a change of the form of exports. */
export function formChange(change: Partial<ExportForm>): CustomEvent<Partial<ExportForm>> {
  return new CustomEvent('form-change', { detail: change, bubbles: true, composed: true });
}

/** The number in a field; undefined if it is empty or none. */
export function numberIn(event: Event): number | undefined {
  const { value } = event.target as HTMLInputElement;
  const number = Number(value);
  return value.trim() === '' || !Number.isFinite(number) ? undefined : number;
}
