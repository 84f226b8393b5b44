/* Preloaded under a JACK client: a callback that allocates, locks, waits, does I/O or meets denormals ends it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* It wraps jack_set_process_callback, so the client runs as it was released. At the end of the process it says on
 * stderr how many cycles it has watched, so that a test can tell a clean run from one that was never watched, and how
 * many page faults there were in them after the first WARM_UP. What it cannot see, inlined system calls,
 * preload_seccomp.c does. */
#include <dlfcn.h>
#include <execinfo.h>
#include <jack/jack.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

enum {
	WARM_UP = 500,
	FRAMES_MAX = 40,
	FLUSH_TO_ZERO = 0x8040, /* FTZ and DAZ of MXCSR */
};

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

/* Initial-exec: reading it never allocates. */
static __thread int in_callback __attribute__((tls_model("initial-exec")));
static JackProcessCallback watched;
static _Atomic unsigned long cycles;
static _Atomic long faults;

static void say(const char *text)
{
	ssize_t ignored = write(STDERR_FILENO, text, strlen(text));
	(void)ignored;
}

static void check(const char *function)
{
	if (!in_callback)
		return;
	in_callback = 0;
	say("guard: the audio callback called ");
	say(function);
	say("\n");
	void *frames[FRAMES_MAX];
	backtrace_symbols_fd(frames, backtrace(frames, FRAMES_MAX), STDERR_FILENO);
	abort();
}

/* Timing tells nothing of denormals on processors that are not slowed down by them. */
static void check_flushing(void)
{
#if defined(__SSE__)
	if ((_mm_getcsr() & FLUSH_TO_ZERO) == FLUSH_TO_ZERO)
		return;
	say("guard: the audio callback does not flush denormals\n");
	abort();
#endif
}

static long page_faults(void)
{
	struct rusage usage;
	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_minflt + usage.ru_majflt;
}

static int watch(jack_nframes_t n, void *arg)
{
	long before = page_faults();
	in_callback = 1;
	int result = watched(n, arg);
	in_callback = 0;
	check_flushing();
	if (atomic_fetch_add(&cycles, 1) >= WARM_UP)
		atomic_fetch_add(&faults, page_faults() - before);
	return result;
}

int jack_set_process_callback(jack_client_t *client, JackProcessCallback callback, void *arg)
{
	int (*next)(jack_client_t *, JackProcessCallback, void *) = dlsym(RTLD_NEXT, "jack_set_process_callback");
	watched = callback;
	return next(client, watch, arg);
}

__attribute__((constructor)) static void prepare(void)
{
	void *frames[1];
	backtrace(frames, 1); /* loads what it needs now */
}

__attribute__((destructor)) static void report(void)
{
	char text[120];
	if (!watched)
		return;
	snprintf(text, sizeof text, "guard: watched %lu cycles, %ld page faults\n", atomic_load(&cycles),
		atomic_load(&faults));
	say(text);
}

void *malloc(size_t size)
{
	check("malloc");
	return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	check("calloc");
	return __libc_calloc(n, size);
}

void *realloc(void *memory, size_t size)
{
	check("realloc");
	return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size)
{
	check("memalign");
	return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	check("aligned_alloc");
	return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size)
{
	check("posix_memalign");
	*memory = __libc_memalign(alignment, size);
	return *memory ? 0 : 12;
}

void free(void *memory)
{
	check("free");
	__libc_free(memory);
}

/* The rest looks, and hands on to the next of that name. */
#define WRAP(RESULT, NAME, PARAMETERS, ARGUMENTS)                                                                      \
	RESULT NAME PARAMETERS                                                                                         \
	{                                                                                                              \
		static RESULT(*next) PARAMETERS;                                                                       \
		check(#NAME);                                                                                          \
		if (!next)                                                                                             \
			next = (RESULT(*) PARAMETERS)dlsym(RTLD_NEXT, #NAME);                                          \
		return next ARGUMENTS;                                                                                 \
	}

WRAP(int, pthread_mutex_lock, (pthread_mutex_t * m), (m))
WRAP(int, pthread_mutex_trylock, (pthread_mutex_t * m), (m))
WRAP(int, pthread_rwlock_rdlock, (pthread_rwlock_t * l), (l))
WRAP(int, pthread_rwlock_wrlock, (pthread_rwlock_t * l), (l))
WRAP(int, pthread_cond_wait, (pthread_cond_t * c, pthread_mutex_t *m), (c, m))
WRAP(int, pthread_cond_signal, (pthread_cond_t * c), (c))
WRAP(int, pthread_cond_broadcast, (pthread_cond_t * c), (c))
WRAP(int, pthread_create, (pthread_t * t, const pthread_attr_t *a, void *(*f)(void *), void *p), (t, a, f, p))
WRAP(int, pthread_join, (pthread_t t, void **r), (t, r))
WRAP(int, sem_wait, (sem_t * s), (s))
WRAP(int, sem_post, (sem_t * s), (s))
WRAP(int, nanosleep, (const struct timespec *a, struct timespec *b), (a, b))
WRAP(int, clock_nanosleep, (clockid_t c, int f, const struct timespec *a, struct timespec *b), (c, f, a, b))
WRAP(int, usleep, (useconds_t us), (us))
WRAP(unsigned, sleep, (unsigned s), (s))
WRAP(int, sched_yield, (void), ())
WRAP(int, poll, (struct pollfd * f, nfds_t n, int ms), (f, n, ms))
WRAP(ssize_t, read, (int fd, void *b, size_t n), (fd, b, n))
WRAP(ssize_t, write, (int fd, const void *b, size_t n), (fd, b, n))
WRAP(ssize_t, send, (int fd, const void *b, size_t n, int f), (fd, b, n, f))
WRAP(ssize_t, recv, (int fd, void *b, size_t n, int f), (fd, b, n, f))
WRAP(int, close, (int fd), (fd))
WRAP(FILE *, fopen, (const char *p, const char *m), (p, m))
WRAP(int, fclose, (FILE * f), (f))
WRAP(int, fflush, (FILE * f), (f))
WRAP(size_t, fwrite, (const void *b, size_t s, size_t n, FILE *f), (b, s, n, f))
WRAP(int, fputs, (const char *t, FILE *f), (t, f))
WRAP(int, puts, (const char *t), (t))
WRAP(int, putchar, (int c), (c))
WRAP(int, vfprintf, (FILE * f, const char *t, va_list a), (f, t, a))
WRAP(int, vprintf, (const char *t, va_list a), (t, a))

/* What is variadic is handed on by its v... brother; the _chk ones are what hardened programs call. */
#define WRAP_PRINT(NAME, PARAMETERS, FILE)                                                                             \
	int NAME PARAMETERS;                                                                                           \
	int NAME PARAMETERS                                                                                            \
	{                                                                                                              \
		check(#NAME);                                                                                          \
		va_list arguments;                                                                                     \
		va_start(arguments, format);                                                                           \
		int n = vfprintf(FILE, format, arguments);                                                             \
		va_end(arguments);                                                                                     \
		return n;                                                                                              \
	}

WRAP_PRINT(printf, (const char *format, ...), stdout)
WRAP_PRINT(fprintf, (FILE * file, const char *format, ...), file)
WRAP_PRINT(__printf_chk, (int flag, const char *format, ...), ((void)flag, stdout))
WRAP_PRINT(__fprintf_chk, (FILE * file, int flag, const char *format, ...), ((void)flag, file))
