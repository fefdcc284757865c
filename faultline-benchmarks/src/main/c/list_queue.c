/*
 * The classic shape of an I/O page fault queue, as a yardstick for Faultline's engine.
 *
 * Own code after the description of the algorithm: each fault is a heap record; a device keeps its
 * partial faults in one linked list under one mutex; the last request of a group allocates a group,
 * scans the whole list for partials of its index, and queues the group on a work queue (a linked list
 * with a mutex and a condition variable, served by POSIX threads). With 0 workers the reporter runs
 * the group itself. The handler does nothing; the answer is a call through a function pointer.
 *
 *   list_queue GROUP_SIZE WORKERS FAULTS REPETITIONS [BACKLOG]
 *
 * prints the median, smallest and largest nanoseconds per fault.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct request {
  uint64_t address, private_data[2];
  uint32_t pasid, index, access, flags;
};

struct fault {
  struct request request;
  struct fault *next;
};

struct device;

struct group {
  struct device *device;
  struct fault last, *first;
  struct group *next;
};

struct device {
  pthread_mutex_t lock;
  struct fault *partials;
  void (*respond)(struct device *, const struct request *, int code);
  int (*handle)(const struct request *);
  atomic_long answers;
};

static struct {
  pthread_mutex_t lock;
  pthread_cond_t more;
  struct group *head, **tail;
  int closed;
} work = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, NULL, &work.head, 0};

static int workers;

static void run_group(struct group *group) {
  int code = 0;
  for (struct fault *fault = group->first; fault;) {
    struct fault *next = fault->next;
    if (!code)
      code = group->device->handle(&fault->request);
    if (fault != &group->last)
      free(fault);
    fault = next;
  }
  group->device->respond(group->device, &group->last.request, code);
  free(group);
}

static void report(struct device *device, const struct request *request) {
  pthread_mutex_lock(&device->lock);
  if (!(request->flags & 1)) {
    struct fault *fault = malloc(sizeof *fault);
    fault->request = *request;
    fault->next = device->partials;
    device->partials = fault;
    pthread_mutex_unlock(&device->lock);
    return;
  }
  struct group *group = malloc(sizeof *group);
  group->device = device;
  group->last.request = *request;
  group->last.next = NULL;
  group->first = &group->last;
  group->next = NULL;
  for (struct fault **at = &device->partials; *at;) {
    struct fault *fault = *at;
    if (fault->request.index == request->index) {
      *at = fault->next;
      fault->next = group->first;
      group->first = fault;
    } else {
      at = &fault->next;
    }
  }
  pthread_mutex_unlock(&device->lock);
  if (!workers) {
    run_group(group);
    return;
  }
  pthread_mutex_lock(&work.lock);
  *work.tail = group;
  work.tail = &group->next;
  pthread_mutex_unlock(&work.lock);
  pthread_cond_signal(&work.more);
}

static void *worker(void *unused) {
  (void)unused;
  for (;;) {
    pthread_mutex_lock(&work.lock);
    while (!work.head && !work.closed)
      pthread_cond_wait(&work.more, &work.lock);
    struct group *group = work.head;
    if (!group) {
      pthread_mutex_unlock(&work.lock);
      return NULL;
    }
    work.head = group->next;
    if (!work.head)
      work.tail = &work.head;
    pthread_mutex_unlock(&work.lock);
    run_group(group);
  }
}

static void respond(struct device *device, const struct request *request, int code) {
  (void)request;
  (void)code;
  atomic_fetch_add_explicit(&device->answers, 1, memory_order_release);
}

static int handle(const struct request *request) {
  return request->address == 1;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

int main(int argc, char **argv) {
  if (argc < 5) {
    fprintf(stderr, "usage: %s GROUP_SIZE WORKERS FAULTS REPETITIONS [BACKLOG]\n", argv[0]);
    return 2;
  }
  int size = atoi(argv[1]);
  workers = atoi(argv[2]);
  long faults = atol(argv[3]);
  int repetitions = atoi(argv[4]);
  int backlog = argc > 5 ? atoi(argv[5]) : 0;
  struct device device = {.lock = PTHREAD_MUTEX_INITIALIZER, .respond = respond, .handle = handle};
  pthread_t threads[64];
  for (int i = 0; i < workers; i++)
    pthread_create(&threads[i], NULL, worker, NULL);
  for (int i = 0; i < backlog; i++) {
    struct request request = {.index = 1u << 16 | i, .pasid = 7};
    report(&device, &request);
  }
  double *times = calloc(repetitions, sizeof *times);
  long groups = 0;
  for (int r = -2; r < repetitions; r++) {
    double start = now();
    long done = 0;
    while (done < faults) {
      struct request request = {.pasid = 7, .index = groups & 511, .access = 3};
      for (int i = 0; i < size; i++) {
        request.address = 0x7f0000000000 + ((groups * size + i) << 12);
        request.private_data[0] = groups;
        request.flags = i == size - 1;
        report(&device, &request);
      }
      groups++;
      done += size;
      while (workers && groups - atomic_load_explicit(&device.answers, memory_order_acquire) > 1024)
        ;
    }
    while (atomic_load_explicit(&device.answers, memory_order_acquire) < groups)
      ;
    if (r >= 0)
      times[r] = (now() - start) / done;
  }
  qsort(times, repetitions, sizeof *times, compare);
  printf("groupSize=%d workers=%d backlog=%d nsPerFault=%.1f min=%.1f max=%.1f answers=%ld\n", size,
         workers, backlog, times[repetitions / 2], times[0], times[repetitions - 1],
         atomic_load(&device.answers));
  pthread_mutex_lock(&work.lock);
  work.closed = 1;
  pthread_cond_broadcast(&work.more);
  pthread_mutex_unlock(&work.lock);
  for (int i = 0; i < workers; i++)
    pthread_join(threads[i], NULL);
  return 0;
}
