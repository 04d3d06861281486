/** A text as a CSV field. A leading sign of a formula gets a space, so that a spreadsheet takes it as text. */
export function csvField(text: string): string {
  return `"${text.replace(/^[=+\-@\t\r]/, ' $&').replaceAll('"', '""')}"`;
}
