/**
 * From events to counts: what the run cost the device and what it held. Pure: the same events give the same numbers.
 */
import type { StampedEvent } from '../kernel/event.ts';

export class Metrics {
  /** mmu notifier callbacks by event name. */
  readonly notifier = new Map<string, number>();
  deviceFaults = 0;
  retries = 0;
  transfers = 0;
  transfersFailed = 0;
  pagesHeldMax = 0;
  blocksFreedUnderReference = 0;
  blocksFreed = 0;
  private pageNs = 0n;
  private pins = 0;
  private gets = 0;
  private held = 0;
  private heldSince = 0;

  observe(events: readonly StampedEvent[]): void {
    for (const { time, event } of events) {
      switch (event.type) {
        case 'callback_start':
          this.notifier.set(event.event, (this.notifier.get(event.event) ?? 0) + 1);
          break;
        case 'device_fault':
          this.deviceFaults++;
          break;
        case 'retry':
          this.retries++;
          break;
        case 'dma_end':
          this.transfers++;
          if (event.ret < 0) this.transfersFailed++;
          break;
        case 'pin':
        case 'unpin':
          this.pins = event.held;
          this.hold(this.pins + this.gets, time);
          break;
        case 'get':
        case 'put':
          this.gets = event.held;
          this.hold(this.pins + this.gets, time);
          break;
        case 'blocks_freed':
          this.blocksFreed += event.pages;
          this.blocksFreedUnderReference += event.referenced;
          break;
        default:
          break;
      }
    }
  }

  /** Pages times nanoseconds for which references were held, up to `time`. */
  pageNanoseconds(time: number): bigint {
    this.hold(this.held, time);
    return this.pageNs;
  }

  private hold(pages: number, time: number): void {
    // Tasks have clocks of their own: an event of a task that is behind does not move time back.
    const now = Math.max(time, this.heldSince);
    this.pageNs += BigInt(this.held) * BigInt(now - this.heldSince);
    this.held = pages;
    this.heldSince = now;
    this.pagesHeldMax = Math.max(this.pagesHeldMax, pages);
  }
}
