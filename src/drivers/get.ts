/**
 * A driver that takes plain references: get_user_pages_fast() (FOLL_GET) for as long as it uses the memory, no notifier.
 *
 * After direct I/O of 6.1 for a region that is taken per transfer, vmsplice() for one that is held, and every driver that has
 * not been converted to FOLL_PIN (K103, K163, K164). A reference counts 1 where a pin counts 1024 (K6), and that is all a
 * layout break asks about: whatever it waits for under a pin it waits for here (K10, K31). The pages are counted nowhere and
 * charged to nobody (K8, K110), so only whoever holds one knows that the device has it. Above all fork and copy on write do
 * not: a child shares a private copy that the device has, so that it sees what the device writes, and the parent's own next
 * write moves it off the page (K194).
 *
 * Release is set_page_dirty_lock() and put_page(). On fsdax the first does nothing that the model keeps: it is the
 * filesystem's no-op dirty_folio, which sets a flag that nobody reads and leaves the DAX entry as clean as it was (K27). A
 * folio of the page cache is dirty after it (K239).
 *
 * The end of a transfer is that of direct I/O: in 6.1 __bio_release_pages() drops the references with folio_put_refs(), which does
 * not know that somebody may wait for an fsdax page, so that a truncate that sleeps until then sleeps on, until a signal comes
 * or another reference to that page comes and goes (seen on a real kernel: src/witness real_users). A held region is given back
 * as vmsplice() does, with put_page().
 */
import { FOLL_GET } from '../kernel/mm/page.ts';
import { pinningDriver } from './gup.ts';

export const get = pinningDriver({
  name: 'get',
  title: 'takes pages with FOLL_GET for as long as the device uses them; no notifier, no pin accounting',
  longterm: false,
  flags: FOLL_GET,
  breaks: [
    { invariant: 'truncate_never_blocked', facts: ['K10', 'K31', 'K216'], memory: 'dax' },
    { invariant: 'punch_hole_never_blocked', facts: ['K10', 'K31', 'K34', 'K216'], memory: 'dax' },
    { invariant: 'private_copies', facts: ['K73', 'K194'] },
    { invariant: 'frozen_not_written', facts: ['K20', 'K65', 'K84'] },
    { invariant: 'I1', facts: ['K60', 'K62', 'K63', 'K174'], memory: 'dax' },
    { invariant: 'I2', facts: ['K31', 'K216'], memory: 'dax' },
    { invariant: 'I3', facts: ['K65', 'K216', 'K231'] },
    { invariant: 'I4', facts: ['K84', 'K216'] },
    { invariant: 'I5', facts: ['K43', 'K63', 'K228'] },
    // Whoever waits for the end of a transfer is not woken by it.
    { invariant: 'I7', facts: ['K10', 'K103'], memory: 'dax', rule: 'bio_release_wakes_nobody' },
    { invariant: 'I9', facts: ['K65', 'K182', 'K231'] },
    { invariant: 'I12', facts: ['K10', 'K103'], memory: 'dax', rule: 'bio_release_wakes_nobody' },
    { invariant: 'I13', facts: ['K20', 'K30', 'K32'], memory: 'dax' },
    { invariant: 'I15', facts: ['K63', 'K232'] },
  ],
});
