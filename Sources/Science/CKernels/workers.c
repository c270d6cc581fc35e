// Threads that wait for work.

#include "CKernels.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

typedef void (*work_function)(void *context, size_t piece, size_t worker);

struct kernel_workers {
  size_t count;
  pthread_t *threads;
  pthread_mutex_t mutex;
  pthread_cond_t has_work, is_done;
  /// Which run this is, in the upper half, and how many of its pieces are not taken. In one word, so that a thread that
  /// comes late to a run takes none of another's: nobody has to wait until all threads have woken.
  _Atomic uint64_t ticket;
  /// How many pieces of this run are done.
  atomic_size_t done;
  // Of this run; a thread may read them too late, and then gets no piece.
  atomic_size_t pieces;
  _Atomic work_function work;
  void *_Atomic context;
  atomic_bool is_ending;
};

typedef struct {
  kernel_workers *workers;
  size_t index;
} worker_start;

/// How often a thread looks before it goes to sleep: some microseconds, the time between two operations of a plan.
enum { SPINS = 4000 };

static inline void pause_briefly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

static uint64_t run_of(uint64_t ticket) { return ticket >> 32; }

static void take_pieces(kernel_workers *workers, uint64_t run, size_t index) {
  uint64_t ticket = atomic_load(&workers->ticket);
  for (;;) {
    const size_t pieces = atomic_load(&workers->pieces), left = ticket & UINT32_MAX;
    const work_function work = atomic_load(&workers->work);
    void *const context = atomic_load(&workers->context);
    if (run_of(ticket) != run || left == 0) return;
    // That this run still had this piece means that what was read above is its own.
    if (!atomic_compare_exchange_weak(&workers->ticket, &ticket, ticket - 1)) continue;
    ticket -= 1;
    work(context, pieces - left, index);
    if (atomic_fetch_add(&workers->done, 1) + 1 == pieces && index > 0) {
      pthread_mutex_lock(&workers->mutex);
      pthread_cond_signal(&workers->is_done);
      pthread_mutex_unlock(&workers->mutex);
    }
  }
}

static void *live(void *argument) {
  const worker_start start = *(worker_start *)argument;
  free(argument);
  kernel_workers *workers = start.workers;
  uint64_t seen = 0;
  for (;;) {
    for (int spin = 0; spin < SPINS && run_of(atomic_load(&workers->ticket)) == seen; spin++) pause_briefly();
    if (run_of(atomic_load(&workers->ticket)) == seen) {
      pthread_mutex_lock(&workers->mutex);
      while (run_of(atomic_load(&workers->ticket)) == seen) pthread_cond_wait(&workers->has_work, &workers->mutex);
      pthread_mutex_unlock(&workers->mutex);
    }
    seen = run_of(atomic_load(&workers->ticket));
    if (atomic_load(&workers->is_ending)) return NULL;
    take_pieces(workers, seen, start.index);
  }
}

/// Begins a run; its pieces are taken from now on.
static void begin(kernel_workers *workers, size_t pieces) {
  pthread_mutex_lock(&workers->mutex);
  atomic_store(&workers->ticket, (run_of(atomic_load(&workers->ticket)) + 1) << 32 | pieces);
  pthread_cond_broadcast(&workers->has_work);
  pthread_mutex_unlock(&workers->mutex);
}

kernel_workers *kernel_workers_start(size_t count) {
  kernel_workers *workers = calloc(1, sizeof *workers);
  if (!workers) return NULL;
  workers->threads = calloc(count, sizeof *workers->threads);
  workers->count = 1;
  pthread_mutex_init(&workers->mutex, NULL);
  pthread_cond_init(&workers->has_work, NULL);
  pthread_cond_init(&workers->is_done, NULL);
  // A system that refuses a thread leaves fewer: the results are the same.
  while (workers->threads && workers->count < count) {
    worker_start *start = malloc(sizeof *start);
    if (!start) break;
    *start = (worker_start){workers, workers->count};
    if (pthread_create(&workers->threads[workers->count], NULL, live, start) != 0) {
      free(start);
      break;
    }
    workers->count += 1;
  }
  return workers;
}

void kernel_workers_stop(kernel_workers *workers) {
  atomic_store(&workers->is_ending, true);
  begin(workers, 0);
  for (size_t i = 1; i < workers->count; i++) pthread_join(workers->threads[i], NULL);
  pthread_mutex_destroy(&workers->mutex);
  pthread_cond_destroy(&workers->has_work);
  pthread_cond_destroy(&workers->is_done);
  free(workers->threads);
  free(workers);
}

size_t kernel_workers_count(const kernel_workers *workers) { return workers->count; }

void kernel_workers_run(kernel_workers *workers, size_t pieces, work_function work, void *context) {
  if (pieces <= 1 || workers->count == 1) {
    for (size_t piece = 0; piece < pieces; piece++) work(context, piece, 0);
    return;
  }
  // No thread takes a piece until the run begins, as none is left of the one before.
  atomic_store(&workers->pieces, pieces);
  atomic_store(&workers->work, work);
  atomic_store(&workers->context, context);
  atomic_store(&workers->done, 0);
  begin(workers, pieces);
  take_pieces(workers, run_of(atomic_load(&workers->ticket)), 0);
  for (int spin = 0; spin < SPINS && atomic_load(&workers->done) < pieces; spin++) pause_briefly();
  pthread_mutex_lock(&workers->mutex);
  while (atomic_load(&workers->done) < pieces) pthread_cond_wait(&workers->is_done, &workers->mutex);
  pthread_mutex_unlock(&workers->mutex);
}
