import { refuse, type PlainBytes } from './plain-bytes.ts';

export interface Message {
  readonly type: number;
  /** Where its data begins. */
  readonly at: number;
  readonly size: number;
}

export const messageType = {
  nil: 0,
  dataspace: 1,
  datatype: 3,
  fillValue: 5,
  layout: 8,
  attribute: 0xc,
  continuation: 0x10,
  symbolTable: 0x11,
  modificationTime: 0x12,
} as const;

/** Flags a message of each known type may have: 1 constant, 4 not to be shared. */
const allowedFlags: ReadonlyMap<number, readonly number[]> = new Map([
  [messageType.nil, [0]],
  [messageType.dataspace, [0]],
  [messageType.datatype, [0, 1]],
  [messageType.fillValue, [0, 1]],
  [messageType.layout, [0]],
  [messageType.attribute, [0, 4]],
  [messageType.continuation, [0]],
  [messageType.symbolTable, [0]],
  [messageType.modificationTime, [0]],
]);

/**
 * The messages of an object header, version 1:
 *   0 version 1, 0   2 number of messages (u16)   4 references (u32)   8 bytes of the first block (u32)   12 0 (u32)
 *   16 messages: type (u16), size (u16), flags (u8), 0 0 0, data; more blocks where a continuation says so
 * Source: HDF5 File Format Specification 3.0, IV.A.1.a.
 */
export function readObjectHeader(bytes: PlainBytes, address: number): readonly Message[] {
  bytes.expect(address, [1, 0], 'no object header of version 1');
  const count = bytes.u16(address + 2);
  if (bytes.u32(address + 4) === 0 || bytes.u32(address + 12) !== 0) refuse('an odd object header');
  const messages: Message[] = [];
  const blocks = [{ at: address + 16, size: bytes.u32(address + 8) }];
  for (let block = blocks.shift(); block; block = blocks.shift()) {
    const end = block.at + block.size;
    if (end > bytes.length) refuse('an object header that is cut off');
    let { at } = block;
    for (; at < end; at = messages.at(-1)!.at + messages.at(-1)!.size) {
      const message = readMessage(bytes, at, end);
      messages.push(message);
      if (messages.length > count) refuse('more messages than said');
      if (message.type === messageType.continuation) {
        if (message.size !== 16) refuse('an odd continuation');
        blocks.push({ at: bytes.place(message.at), size: bytes.place(message.at + 8) });
      }
    }
  }
  if (messages.length !== count) refuse('fewer messages than said');
  return messages;
}

function readMessage(bytes: PlainBytes, at: number, end: number): Message {
  const message = { type: bytes.u16(at), at: at + 8, size: bytes.u16(at + 2) };
  const flags = bytes.u8(at + 4);
  if (!allowedFlags.get(message.type)?.includes(flags)) refuse(`a message of type ${message.type}, flags ${flags}`);
  bytes.expect(at + 5, [0, 0, 0], 'an odd message');
  if (message.size % 8 !== 0 || message.at + message.size > end) refuse('a message of odd size');
  if (message.type === messageType.modificationTime) bytes.expect(message.at, [1, 0, 0, 0], 'an odd time');
  return message;
}

/** The one message of a type, or undefined. */
export function onlyMessage(messages: readonly Message[], type: number): Message | undefined {
  const found = messages.filter((message) => message.type === type);
  return found.length > 1 ? refuse(`several messages of type ${type}`) : found[0];
}
