/* Test fault: misbehaves on demand, so that tests see every guard fire; hidden without LACQUER_TEST_MODULES=1. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/module.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { FAULT, N_PARAMS };

enum fault {
	FAULT_NONE,
	FAULT_MALLOC,
	FAULT_LOCK,
	FAULT_SYSCALL,
	FAULT_NAN,
	FAULT_INF,
	FAULT_HUGE,
	FAULT_DENORMAL,
	FAULT_BURN,
	N_FAULTS
};

static const char *const faults[N_FAULTS] = {
	"none",
	"malloc",
	"lock",
	"syscall",
	"nan",
	"inf",
	"huge",
	"denormal",
	"burn",
};

static const struct param params[] = {
	[FAULT] = { .id = "fault",
		.label = "Fault",
		.scale = SCALE_CHOICE,
		.min = 0,
		.max = N_FAULTS - 1,
		.def = FAULT_NONE,
		.step = 1,
		.choices = faults,
		.help = "What goes wrong in every block" },
};

struct state {
	enum fault fault;
	double heat; /* keeps the burnt cycles from being optimised away */
};

/* A frame takes more than a frame's time at 48 kHz on any machine of these years. */
enum { BURN_STEPS = 40000 };

static size_t size(const struct spec *spec)
{
	(void)spec;
	return sizeof(struct state);
}

static void init(void *state, const struct spec *spec)
{
	(void)state;
	(void)spec;
}

static void set(void *state, const float *values) RT
{
	((struct state *)state)->fault = (enum fault)values[FAULT];
}

static void reset(void *state) RT
{
	(void)state;
}

static void fill(double *const io[2], uint32_t n, double value) RT
{
	for (uint32_t i = 0; i < n; i++)
		io[0][i] = io[1][i] = value;
}

static void burn(struct state *s, uint32_t n) RT
{
	double heat = 1;
	for (uint32_t i = 0; i < n * BURN_STEPS; i++)
		heat = heat * 0.999 + 0.1;
	s->heat = heat;
}

/* The compiler's gate would refuse these three, and rightly; here they are the planted fault. */
#if defined(__clang__) && __clang_major__ >= 20
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wfunction-effects"
#endif

static void break_a_rule(enum fault fault) RT
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	if (fault == FAULT_MALLOC) {
		void *volatile memory = malloc(64);
		free(memory);
	} else if (fault == FAULT_LOCK) {
		pthread_mutex_lock(&lock);
		pthread_mutex_unlock(&lock);
	} else if (fault == FAULT_SYSCALL) {
		syscall(SYS_getppid);
	}
}

#if defined(__clang__) && __clang_major__ >= 20
#pragma clang diagnostic pop
#endif

static void process(void *state, const struct block *block) RT
{
	double *const *io = block->io;
	uint32_t n = block->n;
	struct state *s = state;
	switch (s->fault) {
	case FAULT_NAN:
		fill(io, n, NAN);
		break;
	case FAULT_INF:
		fill(io, n, INFINITY);
		break;
	case FAULT_HUGE:
		fill(io, n, 1e9);
		break;
	case FAULT_DENORMAL:
		fill(io, n, 1e-310);
		break;
	case FAULT_BURN:
		burn(s, n);
		break;
	default:
		break_a_rule(s->fault);
	}
}

const struct module module_testfault = {
	.id = "testfault",
	.label = "Test fault",
	.help = "Misbehaves on demand: for tests only",
	.params = params,
	.n_params = N_PARAMS,
	.size = size,
	.init = init,
	.set = set,
	.reset = reset,
	.process = process,
};
