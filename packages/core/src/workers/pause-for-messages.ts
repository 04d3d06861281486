/** Lets a worker receive what was sent to it. Unlike a timer it costs microseconds: browsers make nested timers wait for 4 ms. */
export function pauseForMessages(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
