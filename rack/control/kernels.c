/* Designs: wanted, posted to the worker, landed, sent. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/control/kernels.h"

#include "rack/audio/change.h"
#include "rack/audio/kernel.h"
#include "rack/base/clock.h"
#include "rack/base/worker.h"

#include <stdlib.h>
#include <string.h>

enum { PERIOD_MS = 50, RETRY_MS = 10 };

/* Cancelled jobs keep their places until the worker comes past them; the rest of its 64 are for files. */
enum { JOBS_MAX = 2 * RACK_SLOTS_MAX };
_Static_assert(JOBS_MAX <= 48, "the worker takes 64 jobs, some of which are files");

struct design_job {
	struct job job;
	struct kernels *of;
	struct kernel *kernel; /* the job is a user of it */
	uint32_t uid;
	uint64_t frame;
};

/* Of one slot. */
struct design {
	uint32_t uid;
	const struct module *module;
	float values[MODULE_PARAMS_MAX]; /* wanted last */
	bool wanted;                     /* and not posted yet */
	uint64_t frame;
	struct design_job *job; /* the newest that a worker has; NULL: none */
	int64_t posted_ms;
	struct kernel *newest; /* designed; NULL: none yet */
	bool ready;            /* and not sent */
	uint64_t ready_frame;
};

struct kernels {
	struct design designs[RACK_SLOTS_MAX];
	uint32_t n;
	struct spec spec;
	bool offline;
	struct ring *returns;
	uint64_t number; /* of the newest kernel */
	uint32_t alive;
	uint32_t n_jobs; /* posted and not done */
};

struct kernels *kernels_new(void)
{
	return calloc(1, sizeof(struct kernels));
}

static struct design *find(const struct kernels *k, uint32_t uid)
{
	for (uint32_t i = 0; i < k->n; i++)
		if (k->designs[i].uid == uid)
			return (struct design *)(uintptr_t)&k->designs[i];
	return NULL;
}

/* Its job finds out by itself that nobody waits for it. */
static void forget(struct kernels *k, uint32_t index)
{
	struct design *d = &k->designs[index];
	if (d->job)
		worker_cancel(&d->job->job);
	kernel_release(d->newest);
	k->n--;
	if (index < k->n)
		*d = k->designs[k->n];
}

void kernels_stop(struct kernels *k)
{
	while (k->n)
		forget(k, k->n - 1);
	k->returns = NULL;
}

void kernels_free(struct kernels *k)
{
	if (k)
		kernels_stop(k);
	free(k);
}

void kernels_start(struct kernels *k, const struct spec *spec, bool offline)
{
	kernels_stop(k);
	k->spec = *spec;
	k->offline = offline;
}

void kernels_return_to(struct kernels *k, struct ring *returns)
{
	k->returns = returns;
	for (uint32_t i = 0; i < k->n; i++)
		if (k->designs[i].newest)
			k->designs[i].newest->returns = returns;
}

/* ---- Designing */

/* NULL: no memory, or too many are under way. */
static struct kernel *new_kernel(struct kernels *k, const struct design *d)
{
	struct kernel *kernel = k->alive < CHANGE_KERNELS_MAX ? kernel_new(d->module, &k->spec, d->values) : NULL;
	if (!kernel)
		return NULL;
	kernel->number = ++k->number;
	kernel->returns = k->returns;
	kernel->alive = &k->alive;
	k->alive++;
	return kernel;
}

static void land(struct design *d, struct kernel *kernel, uint64_t frame)
{
	kernel_release(d->newest);
	d->newest = kernel;
	d->ready = true;
	d->ready_frame = frame;
}

static void design_now(struct kernels *k, struct design *d)
{
	struct kernel *kernel = new_kernel(k, d);
	if (!kernel)
		return;
	d->wanted = false;
	kernel_design(kernel);
	land(d, kernel, d->frame);
}

static bool same_design(const struct module *module, const float *a, const float *b)
{
	for (uint32_t i = 0; i < module->n_params; i++)
		if (module->params[i].design && a[i] != b[i])
			return false;
	return true;
}

static void want(struct kernels *k, const struct rack_slot *slot, uint64_t frame)
{
	struct design *d = find(k, slot->uid);
	bool new = !d;
	if (new) {
		d = &k->designs[k->n++];
		*d = (struct design){ .uid = slot->uid, .module = slot->module };
	}
	if (new || !same_design(slot->module, d->values, slot->values)) {
		memcpy(d->values, slot->values, slot->module->n_params * sizeof *d->values);
		d->wanted = true;
		d->frame = frame;
	}
	if (d->wanted && k->offline)
		design_now(k, d);
}

static bool has_slot(const struct rack *rack, uint32_t uid)
{
	for (uint32_t i = 0; i < rack->n_slots; i++)
		if (rack->slots[i].uid == uid)
			return true;
	return false;
}

void kernels_want(struct kernels *k, const struct rack *rack, uint64_t frame)
{
	for (uint32_t i = k->n; i > 0; i--)
		if (!has_slot(rack, k->designs[i - 1].uid))
			forget(k, i - 1);
	for (uint32_t i = 0; i < rack->n_slots; i++)
		if (rack->slots[i].module->design)
			want(k, &rack->slots[i], frame);
}

/* ---- The worker */

static void work(struct job *job)
{
	kernel_design(((struct design_job *)job)->kernel);
}

/* The slot may have gone since, or the engine: then this job is nobody's. So is one that was cancelled. */
static void done(struct job *job)
{
	struct design_job *mine = (struct design_job *)job;
	struct design *d = find(mine->of, mine->uid);
	if (d && d->job == mine) {
		d->job = NULL;
		land(d, kernel_hold(mine->kernel), mine->frame);
	}
	kernel_release(mine->kernel);
	mine->of->n_jobs--;
	free(mine);
}

static bool post(struct kernels *k, struct design *d, struct worker *worker)
{
	struct design_job *job = calloc(1, sizeof *job);
	struct kernel *kernel = job ? new_kernel(k, d) : NULL;
	if (kernel) {
		*job = (struct design_job){ { .work = work, .done = done }, k, kernel, d->uid, d->frame };
		if (worker_post(worker, &job->job)) {
			d->job = job;
			k->n_jobs++;
			return true;
		}
	}
	kernel_release(kernel);
	free(job);
	return false;
}

static int wait_of(const struct design *d, int64_t now_ms)
{
	int64_t wait = d->posted_ms ? d->posted_ms + PERIOD_MS - now_ms : 0;
	return wait > PERIOD_MS ? PERIOD_MS : wait > 0 ? (int)wait : 0;
}

bool kernels_due(const struct kernels *k, int *wait_ms)
{
	int64_t now = clock_now_ms();
	bool due = false;
	*wait_ms = -1;
	for (uint32_t i = 0; i < k->n; i++) {
		if (!k->designs[i].wanted)
			continue;
		int wait = wait_of(&k->designs[i], now);
		due |= wait == 0;
		wait = wait ? wait : RETRY_MS;
		*wait_ms = *wait_ms < 0 || wait < *wait_ms ? wait : *wait_ms;
	}
	return due;
}

void kernels_post(struct kernels *k, struct worker *worker)
{
	int64_t now = clock_now_ms();
	for (uint32_t i = 0; i < k->n; i++) {
		struct design *d = &k->designs[i];
		if (!d->wanted || wait_of(d, now) > 0)
			continue;
		if (k->offline)
			design_now(k, d);
		if (!worker || k->n_jobs == JOBS_MAX || (d->job && !worker_cancel(&d->job->job)))
			continue;
		d->job = NULL;
		if (!post(k, d, worker))
			continue;
		d->wanted = false;
		d->posted_ms = now;
	}
}

bool kernels_busy(const struct kernels *k)
{
	for (uint32_t i = 0; i < k->n; i++)
		if (k->designs[i].wanted || k->designs[i].job || k->designs[i].ready)
			return true;
	return false;
}

/* ---- Sending */

struct kernel *kernels_of(const struct kernels *k, uint32_t uid)
{
	const struct design *d = find(k, uid);
	return d ? d->newest : NULL;
}

uint32_t kernels_ready(const struct kernels *k)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < k->n; i++)
		n += k->designs[i].ready;
	return n;
}

struct kernel *kernels_take(struct kernels *k, uint32_t *uid, uint64_t *frame)
{
	uint32_t i = 0;
	while (!k->designs[i].ready)
		i++;
	struct design *d = &k->designs[i];
	d->ready = false;
	*uid = d->uid;
	*frame = d->ready_frame;
	return kernel_hold(d->newest);
}
