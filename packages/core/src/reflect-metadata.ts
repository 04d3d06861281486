/** tsyringe asks for this function when it loads; without decorators its answer is never needed. */
const reflect = Reflect as { getMetadata?: () => undefined };
reflect.getMetadata ??= () => undefined;
