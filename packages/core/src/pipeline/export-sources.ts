export type ExportSource = object;
