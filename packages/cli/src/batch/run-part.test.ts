import { describe, expect, it } from 'vitest';
import { partOfEnvironment, runPart } from './run-part.ts';

describe('--shard', () => {
  it('counts parts from 1', () => {
    expect(runPart('1/4')).toEqual({ index: 0, count: 4 });
    expect(runPart('4/4')).toEqual({ index: 3, count: 4 });
  });
  it.each(['0/4', '5/4', '4', '1/0', 'a/b', '1/4/2', '-1/4'])('refuses %s', (text) => {
    expect(() => runPart(text)).toThrow(/from 1\/N to N\/N/);
  });
});

describe('parts of a scheduler', () => {
  const slurm = (id: string, more: Record<string, string>) =>
    partOfEnvironment({ SLURM_ARRAY_TASK_ID: id, SLURM_ARRAY_TASK_COUNT: '4', ...more });

  it('are none without one', () => {
    expect(partOfEnvironment({})).toBeUndefined();
    expect(partOfEnvironment({ SLURM_ARRAY_TASK_ID: '' })).toBeUndefined();
  });

  it('follow a SLURM array, wherever it begins and whatever its step', () => {
    expect(slurm('0', { SLURM_ARRAY_TASK_MIN: '0' })).toEqual({ index: 0, count: 4 });
    expect(slurm('4', { SLURM_ARRAY_TASK_MIN: '1' })).toEqual({ index: 3, count: 4 });
    expect(slurm('16', { SLURM_ARRAY_TASK_MIN: '10', SLURM_ARRAY_TASK_STEP: '2' })).toEqual({ index: 3, count: 4 });
  });

  it('of a repeated SLURM task keep their number if the count is said', () => {
    const repeated = { SLURM_ARRAY_TASK_MIN: '5', SLURM_ARRAY_TASK_COUNT: '1' };
    expect(slurm('5', { ...repeated, BRUSHWOOD_SHARD_COUNT: '8' })).toEqual({ index: 5, count: 8 });
    for (const id of ['1', '5']) {
      const alone = { ...repeated, SLURM_ARRAY_TASK_MIN: id };
      expect(() => slurm(id, alone)).toThrow(/BRUSHWOOD_SHARD_COUNT.*--shard/);
    }
  });

  it('are refused where an array with gaps does not say which of how many', () => {
    expect(() => slurm('9', { SLURM_ARRAY_TASK_MIN: '1' })).toThrow(/SLURM_ARRAY_TASK_ID=9/);
  });

  it('follow a Kubernetes indexed Job that says its number of completions', () => {
    expect(partOfEnvironment({ JOB_COMPLETION_INDEX: '2', BRUSHWOOD_SHARD_COUNT: '3' })).toEqual({
      index: 2,
      count: 3,
    });
    expect(() => partOfEnvironment({ JOB_COMPLETION_INDEX: '2' })).toThrow(/BRUSHWOOD_SHARD_COUNT/);
  });

  it('follow an AWS Batch array', () => {
    const array = { AWS_BATCH_JOB_ARRAY_INDEX: '7', AWS_BATCH_JOB_ARRAY_SIZE: '8' };
    expect(partOfEnvironment(array)).toEqual({ index: 7, count: 8 });
  });

  it('are none for an array of one task', () => {
    expect(slurm('0', { SLURM_ARRAY_TASK_COUNT: '1', SLURM_ARRAY_TASK_MIN: '0' })).toBeUndefined();
  });
});
