// Threads that wait for work.

#include "CKernels.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct kernel_workers {
  size_t count;
  pthread_t *threads;
  pthread_mutex_t mutex;
  pthread_cond_t has_work, is_done;
  /// Goes up by one for each run, and once more at the end.
  atomic_size_t generation;
  /// How many workers have not finished this run.
  atomic_size_t busy;
  atomic_size_t next;
  size_t pieces;
  void (*work)(void *context, size_t piece, size_t worker);
  void *context;
  bool is_ending;
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

static void take_pieces(kernel_workers *workers, size_t index) {
  for (;;) {
    const size_t piece = atomic_fetch_add(&workers->next, 1);
    if (piece >= workers->pieces) return;
    workers->work(workers->context, piece, index);
  }
}

static void *live(void *argument) {
  const worker_start start = *(worker_start *)argument;
  free(argument);
  kernel_workers *workers = start.workers;
  size_t seen = 0;
  for (;;) {
    for (int spin = 0; spin < SPINS && atomic_load(&workers->generation) == seen; spin++) pause_briefly();
    if (atomic_load(&workers->generation) == seen) {
      pthread_mutex_lock(&workers->mutex);
      while (atomic_load(&workers->generation) == seen) pthread_cond_wait(&workers->has_work, &workers->mutex);
      pthread_mutex_unlock(&workers->mutex);
    }
    seen += 1;
    if (workers->is_ending) return NULL;
    take_pieces(workers, start.index);
    if (atomic_fetch_sub(&workers->busy, 1) == 1) {
      pthread_mutex_lock(&workers->mutex);
      pthread_cond_signal(&workers->is_done);
      pthread_mutex_unlock(&workers->mutex);
    }
  }
}

static void next_generation(kernel_workers *workers) {
  pthread_mutex_lock(&workers->mutex);
  atomic_fetch_add(&workers->generation, 1);
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
  workers->is_ending = true;
  next_generation(workers);
  for (size_t i = 1; i < workers->count; i++) pthread_join(workers->threads[i], NULL);
  pthread_mutex_destroy(&workers->mutex);
  pthread_cond_destroy(&workers->has_work);
  pthread_cond_destroy(&workers->is_done);
  free(workers->threads);
  free(workers);
}

size_t kernel_workers_count(const kernel_workers *workers) { return workers->count; }

void kernel_workers_run(
  kernel_workers *workers, size_t pieces, void (*work)(void *context, size_t piece, size_t worker), void *context) {
  if (pieces <= 1 || workers->count == 1) {
    for (size_t piece = 0; piece < pieces; piece++) work(context, piece, 0);
    return;
  }
  workers->pieces = pieces;
  workers->work = work;
  workers->context = context;
  atomic_store(&workers->next, 0);
  atomic_store(&workers->busy, workers->count - 1);
  next_generation(workers);
  take_pieces(workers, 0);
  for (int spin = 0; spin < SPINS && atomic_load(&workers->busy) > 0; spin++) pause_briefly();
  pthread_mutex_lock(&workers->mutex);
  while (atomic_load(&workers->busy) > 0) pthread_cond_wait(&workers->is_done, &workers->mutex);
  pthread_mutex_unlock(&workers->mutex);
}
