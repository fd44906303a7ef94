/**
 * The filesystems' fault handlers: freeze protection, invalidate_lock for read, dax_iomap_fault (K40, K42).
 *
 * Models ext4_dax_huge_fault() and __xfs_filemap_fault() of 6.1, which differ in names only as long as no reflink is
 * under way.
 *
 * Left out: freezing (K20), journal credits, the exclusive MMAPLOCK during a reflink remap.
 */
import { invalidate_lock, path } from '../kernel.ts';
import { dax_iomap_pte_fault } from './dax_fault.ts';

const hugeFault = (name: string) =>
  path(
    name,
    ['inode', 'page', 'end', 'mm', 'va', 'write', 'cow', 'device', 'result'],
    ({ act, down_read, up, call, ret }) => [
      down_read('filemap_invalidate_lock_shared', (_k, f) => invalidate_lock(f.inode)),
      call(dax_iomap_pte_fault, (_k, f, callee) => {
        callee.inode = f.inode;
        callee.page = f.page;
        callee.end = f.end;
        callee.mm = f.mm;
        callee.va = f.va;
        callee.write = f.write;
        callee.cow = f.cow;
        callee.device = f.device;
      }),
      act('result', (k, f) => {
        f.result = k.ret;
      }),
      up('filemap_invalidate_unlock_shared', (_k, f) => invalidate_lock(f.inode)),
      ret((_k, f) => f.result),
    ],
  );

export const ext4_dax_huge_fault = hugeFault('ext4_dax_huge_fault');
export const xfs_filemap_huge_fault = hugeFault('__xfs_filemap_fault');
