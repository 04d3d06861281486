import { composeServices } from './composition-root.ts';

const services = composeServices();
document.title = `Brushwood ${services.catalog.filters.length}`;
