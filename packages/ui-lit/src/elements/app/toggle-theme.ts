/** Changes the page from light to dark and back, whatever the system asks for. */
export function toggleTheme(): void {
  const { style } = document.documentElement;
  const isDark = getComputedStyle(document.documentElement).colorScheme.includes('dark')
    ? style.colorScheme === 'dark' || (style.colorScheme === '' && matchMedia('(prefers-color-scheme: dark)').matches)
    : false;
  style.colorScheme = isDark ? 'light' : 'dark';
}
