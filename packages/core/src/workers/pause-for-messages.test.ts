import { describe, expect, it } from 'vitest';
import { pauseForMessages } from './pause-for-messages.ts';

describe('pauseForMessages', () => {
  it('lets messages that were sent before arrive', async () => {
    const { port1, port2 } = new MessageChannel();
    let received = 0;
    port1.onmessage = () => void received++;
    for (let i = 0; i < 3; i++) port2.postMessage(i);
    for (let i = 0; i < 10 && received < 3; i++) await pauseForMessages();
    expect(received).toBe(3);
    port1.close();
  });
});
