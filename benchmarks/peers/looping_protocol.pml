/*
 * The protocol of looping_protocol.ts and table_protocol.ts in Promela: devices that mirror the pages of one file and
 * fault again and again, users that pin a page for a moment again and again, users that pin one and never let go, and
 * truncates that wait until no page is pinned.
 *
 * Needs -DPAGES (1 to 4), -DMIRRORS (1 or more), -DSHORT_PINS, -DLONG_PINS and -DTRUNCATES (no more than pages).
 * -DNO_RETRY plants a fault: a device installs its page whether an invalidation came meanwhile or not.
 *
 * One d_step is one labelled step, and a place to which a goto leads is a step's name, so that there are as many states
 * as there are in the tables: nothing is written between two d_steps, locals that nobody reads any more are zero, and no
 * process ends (a process that ends is taken out of pan's state). Locks are handed on first come first served.
 */
#define LOCKS          (2 + MIRRORS)
#define TASKS          (TRUNCATES + LONG_PINS + SHORT_PINS + MIRRORS)
#define I_RWSEM        0
#define INVALIDATE     1
#define DRIVER(m)      (2 + (m))

/* A set of pages is a byte: page p is bit p. */
#define BIT(page)      (1 << (page))
#define BELOW(page)    (BIT(page) - 1)
#define HAS(set, page) (((set) >> (page)) & 1)

#define READ           0
#define WRITE          1
#define WRITER         255
#define NONE           255

byte size = PAGES;             /* of the file, in pages */
byte invalidating;             /* truncates between invalidate_range_start and _end */
byte block = BELOW(PAGES);     /* pages whose block is not freed */
byte pte;                      /* pages that the CPU has mapped */
byte refs[PAGES];
bit  hit[MIRRORS];             /* an invalidation came since the last look-up began */
byte mapped[MIRRORS];          /* pages that the device has mapped */

byte holders[LOCKS];           /* how many readers, or WRITER */
bit  asleep[TASKS];
chan line[LOCKS]     = [TASKS] of { byte };   /* who waits: 2 * pid + mode */
chan invalidate_end  = [MIRRORS] of { byte };
chan page_idle[PAGES] = [1] of { byte };      /* one: a truncate sleeps with i_rwsem held */
hidden byte who;

#define AWAKE          !asleep[_pid]
#define GRANTS(lock, mode) (holders[lock] == 0 || ((mode) == READ && holders[lock] != WRITER))

inline grant(lock, mode) { holders[lock] = ((mode) == WRITE -> WRITER : holders[lock] + 1) }

inline down(lock, mode) {
  if
  :: empty(line[lock]) && GRANTS(lock, mode) -> grant(lock, mode)
  :: nempty(line[lock]) || !GRANTS(lock, mode) -> line[lock]!(2 * _pid + mode); asleep[_pid] = 1
  fi
}

inline up(lock) {
  holders[lock] = (holders[lock] == WRITER -> 0 : holders[lock] - 1);
  do
  :: nempty(line[lock]) ->
     line[lock]?<who>;
     if
     :: GRANTS(lock, who & 1) -> line[lock]?who; grant(lock, who & 1); asleep[who >> 1] = 0
     :: else -> break
     fi
  :: empty(line[lock]) -> break
  od;
  who = 0
}

/* Pages are few: at most four. */
#if PAGES == 1
#define ANY_PINNED (refs[0] > 0)
#elif PAGES == 2
#define ANY_PINNED (refs[0] + refs[1] > 0)
#elif PAGES == 3
#define ANY_PINNED (refs[0] + refs[1] + refs[2] > 0)
#else
#define ANY_PINNED (refs[0] + refs[1] + refs[2] + refs[3] > 0)
#endif

inline sleep_on(queue) { queue!_pid; asleep[_pid] = 1 }

inline wake_all(queue) {
  do
  :: nempty(queue) -> queue?who; asleep[who] = 0
  :: empty(queue) -> break
  od;
  who = 0
}

inline map_page(page) {
  if
  :: page < size -> pte = pte | BIT(page)
  :: else
  fi
}

inline layout_busy_page(from) {
  busy = from;
  do
  :: busy < PAGES && refs[busy] == 0 -> busy++
  :: busy == PAGES -> busy = NONE; break
  :: busy < PAGES && refs[busy] > 0 -> break
  od
}

inline free_blocks(from) {
  busy = from;
  do
  :: busy < PAGES -> assert(refs[busy] == 0); busy++
  :: else -> break
  od;
  told = 0;
  do
  :: told < MIRRORS -> assert((mapped[told] & ~BELOW(from)) == 0); told++
  :: else -> break
  od;
  block = block & BELOW(from)
}

/* unmap_mapping_range(): the steps from one place to the next one; the two calls of a truncate are two copies. */
#define UNMAP(range_start, driver_lock, from, next) \
range_start: \
  if :: d_step { AWAKE -> invalidating++ } fi; \
driver_lock: \
  if :: d_step { AWAKE -> down(DRIVER(told), WRITE) } fi; \
  if \
  :: d_step { AWAKE && told + 1 < MIRRORS -> invalidate_mirror(from) }; goto driver_lock \
  :: d_step { AWAKE && told + 1 == MIRRORS -> invalidate_mirror(from) } \
  fi; \
  d_step { AWAKE -> pte = pte & BELOW(from) }; \
  d_step { AWAKE -> invalidating--; told = 0; wake_all(invalidate_end) }; goto next

inline invalidate_mirror(from) {
  hit[told] = 1;
  mapped[told] = mapped[told] & BELOW(from);
  up(DRIVER(told));
  told++
}

#if TRUNCATES > 0
active [TRUNCATES] proctype truncate()
{
  byte busy, told;
#define NEW_SIZE (PAGES - 1 - _pid)

begin:
  if :: d_step { AWAKE -> down(I_RWSEM, WRITE) } fi;
  d_step { AWAKE -> down(INVALIDATE, WRITE) };
  d_step { AWAKE };
  UNMAP(range_start, driver_lock, 0, busy_page);

busy_page:
  if
  :: d_step { AWAKE && ANY_PINNED -> layout_busy_page(0); up(INVALIDATE); sleep_on(page_idle[busy]) }; goto relock
  :: d_step { AWAKE && !ANY_PINNED -> busy = NONE }; goto i_size_write
  fi;
relock:
  if :: d_step { AWAKE -> down(INVALIDATE, WRITE) } fi;
  d_step { AWAKE }; goto range_start;

i_size_write:
  if :: d_step { AWAKE -> size = (NEW_SIZE < size -> NEW_SIZE : size) } fi;
  UNMAP(range_start_2, driver_lock_2, NEW_SIZE, free);
free:
  if :: d_step { AWAKE -> free_blocks(NEW_SIZE); busy = 0; told = 0; up(INVALIDATE); up(I_RWSEM) } fi;
end:
  false
}
#endif

/* Whether the page is pinned decides where it goes on. */
#define GUP_FAST \
  :: d_step { AWAKE && HAS(pte, page) -> assert(HAS(block, page)); refs[page]++ }; goto pinned \
  :: d_step { AWAKE && !HAS(pte, page) }; goto slow

#if LONG_PINS > 0
active [LONG_PINS] proctype long_pin()
{
  byte page = (_pid - TRUNCATES) % PAGES;

  if
  GUP_FAST
  fi;
again:
  if
  GUP_FAST
  fi;
slow:
  if :: d_step { AWAKE -> down(INVALIDATE, READ) } fi;
  d_step { AWAKE -> map_page(page); up(INVALIDATE) }; goto again;
pinned:
end:
  false
}
#endif

#if SHORT_PINS > 0
active [SHORT_PINS] proctype short_pin()
{
  byte page = (_pid - TRUNCATES - LONG_PINS) % PAGES;

again:
  if
  GUP_FAST
  fi;
slow:
  if :: d_step { AWAKE -> down(INVALIDATE, READ) } fi;
  d_step { AWAKE -> map_page(page); up(INVALIDATE) }; goto again;
pinned:
  if
  :: d_step { AWAKE && refs[page] == 1 -> refs[page] = 0; wake_all(page_idle[page]) }; goto again
  :: d_step { AWAKE && refs[page] > 1 -> refs[page]-- }; goto again
  fi
}
#endif

active [MIRRORS] proctype device()
{
  byte page;
#define M (_pid - TRUNCATES - LONG_PINS - SHORT_PINS)
#ifdef NO_RETRY
#define RETRY_PASSES true
#else
#define RETRY_PASSES (hit[M] == 0)
#endif
#define NEXT_PAGE page = (page + 1) % PAGES

translate:
  if
  :: d_step { AWAKE && HAS(mapped[M], page) -> NEXT_PAGE }; goto translate
  :: d_step { AWAKE && !HAS(mapped[M], page) }
  fi;
read_begin:
  if
  :: d_step { AWAKE && invalidating == 0 -> hit[M] = 0 }
  :: d_step { AWAKE && invalidating > 0 -> hit[M] = 0; sleep_on(invalidate_end) }; goto woken
  fi;
  d_step { AWAKE -> down(INVALIDATE, READ) };
  if
  :: d_step { AWAKE && page < size -> map_page(page); up(INVALIDATE) }
  :: d_step { AWAKE && page >= size -> up(INVALIDATE); NEXT_PAGE }; goto translate
  fi;
  d_step { AWAKE -> down(DRIVER(M), WRITE) };
  d_step {
    AWAKE ->
    if
    :: RETRY_PASSES -> assert(HAS(block, page)); mapped[M] = mapped[M] | BIT(page)
    :: !RETRY_PASSES
    fi;
    up(DRIVER(M))
  }; goto translate;
woken:
  if :: d_step { AWAKE } fi; goto read_begin
}

#ifdef LIVENESS
/* The first truncate has begun and never ends: pan -a -f looks for a fair run of that. */
#define INSIDE (!(truncate[0]@begin) && !(truncate[0]@end))
never {
  do
  :: true
  :: INSIDE -> break
  od;
accept:
  do
  :: INSIDE
  od
}
#endif
