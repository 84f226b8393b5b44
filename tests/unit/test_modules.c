/* What every module owes the rack, tried on each from its rows alone: a new module is tested by being in the list. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/dsp/fft.h"
#include "rack/model/rackfile.h"
#include "rack/model/registry.h"
#include "tests/unit/alone.h"
#include "tests/unit/rig.h"

#include <stdbool.h>

/* ---- Allocation trap: armed while the audio thread's part runs. Sanitizers bring their own malloc. */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TRAP 0
#else
#define TRAP 1
#endif

static volatile bool armed;
static volatile unsigned allocations;

#if TRAP
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void __libc_free(void *);

void *malloc(size_t size)
{
	allocations += armed;
	return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	allocations += armed;
	return __libc_calloc(n, size);
}

void free(void *p)
{
	allocations += armed;
	__libc_free(p);
}
#endif

static const struct module *each_module(void **state)
{
	return *state;
}

static bool near(double a, double b, double within)
{
	return fabs(a - b) <= within;
}

static struct rig rig_of(const struct module *m, double rate)
{
	return rig_new(rate, m->id, NULL);
}

static float random_value(const struct param *p, uint32_t *seed)
{
	switch (rig_random(seed) % 8) {
	case 0:
		return p->min;
	case 1:
		return p->max;
	default:
		return param_from_norm(p, 0.5f + 0.5f * rig_uniform(seed));
	}
}

static void set_all(struct rig *rig, const struct module *m, uint32_t *seed)
{
	control_begin(rig->control, 0);
	for (uint32_t i = 0; i < m->n_params; i++)
		control_set(rig->control, 0, i, random_value(&m->params[i], seed), 0, NULL, NULL);
	control_end(rig->control);
}

static uint64_t poisoned(struct rig *rig)
{
	struct control_status status;
	control_read_status(rig->control, &status);
	return status.poisoned;
}

/* Every rig ends here: whatever was set and played, the module gave nothing that the host takes for poison (NaN,
 * infinity, beyond 1e6), which it would have hidden by silence. */
static void rig_end(struct rig *rig, const struct module *m)
{
	uint64_t times = poisoned(rig);
	if (times)
		fail_msg("%s: poisoned %u times", m->id, (unsigned)times);
	rig_free(rig);
}

/* What a module's rows can lift a sound by: all that go below and above 0 dB at their highest together, twice for each
 * that goes below and above 0 %, and twice for what filters and glides overshoot by. Bands beside each other never lift
 * by their sum, so no sound is to go beyond 1e5. */
static double loudest(const struct module *m, const struct stereo *in)
{
	double peak = 0, lift_db = 6.02;
	for (size_t i = 0; i < in->n; i++)
		peak = fmax(peak, fmax(fabs((double)in->of[0][i]), fabs((double)in->of[1][i])));
	for (uint32_t i = 0; i < m->n_params; i++) {
		const struct param *p = &m->params[i];
		if (p->min < 0 && p->max > 0)
			lift_db += p->unit == UNIT_DB ? (double)p->max : p->unit == UNIT_PERCENT ? 6.02 : 0;
	}
	return fmin(peak * pow(10, lift_db / 20), 1e5);
}

static void assert_sane(const struct module *m, const struct stereo *in, const struct stereo *out, const char *when)
{
	double most = loudest(m, in);
	for (size_t i = 0; i < out->n; i++)
		for (int c = 0; c < 2; c++)
			if (!(fabs((double)out->of[c][i]) <= most))
				fail_msg("%s: %g at frame %zu %s, and %g is the most", m->id, (double)out->of[c][i], i,
					when, most);
}

/* ---- The rows themselves */

static void meters_make_sense(const struct module *m)
{
	for (uint32_t i = 0; i < m->n_meters; i++) {
		const struct level *row = &m->meters[i];
		if (!row->id || !row->label || !row->help || row->help[strlen(row->help) - 1] == '.')
			fail_msg("%s: meter %u lacks a text, or has a full stop", m->id, i);
		if (level_width(row) != 1 || row->integrated || !(row->min < row->max))
			fail_msg("%s/%s: a meter is one value of now with a range", m->id, row->id);
		if ((row->kind == LEVEL_CENTRED) != (row->min < 0))
			fail_msg("%s/%s: a meter goes to both sides of 0 where it is centred", m->id, row->id);
	}
}

static void rows_make_sense(void **state)
{
	const struct module *m = each_module(state);
	assert_true(rack_id_valid(m->id));
	assert_true(m->n_params <= MODULE_PARAMS_MAX && m->n_meters <= MODULE_METERS_MAX);
	meters_make_sense(m);
	for (uint32_t i = 0; i < m->n_params; i++) {
		const struct param *p = &m->params[i];
		if (!p->id || !p->label || !p->help)
			fail_msg("%s: row %u lacks a text", m->id, i);
		if (p->help[strlen(p->help) - 1] == '.' || strlen(p->label) > 14)
			fail_msg("%s/%s: full stop in help, or label too long", m->id, p->id);
		if (!(p->min < p->max && p->def >= p->min && p->def <= p->max) ||
			(p->scale == SCALE_LOG && p->min <= 0))
			fail_msg("%s/%s: range or default", m->id, p->id);
		if (param_clamp(p, p->def) != p->def || (p->scale == SCALE_LOG ? p->step <= 1 : p->step <= 0))
			fail_msg("%s/%s: default or step", m->id, p->id);
		if ((p->scale == SCALE_CHOICE) != (p->choices != NULL))
			fail_msg("%s/%s: choices", m->id, p->id);
		for (uint32_t k = 0; k < i; k++)
			if (strcmp(m->params[k].id, p->id) == 0)
				fail_msg("%s/%s stands twice", m->id, p->id);
		float value, norm = param_to_norm(p, p->def);
		char text[64];
		param_format_exact(p, p->def, text, sizeof text);
		if (param_parse(p, text, &value, NULL) != STATUS_OK || value != p->def)
			fail_msg("%s/%s: default '%s' does not read back", m->id, p->id, text);
		if (!near(param_from_norm(p, norm), p->def, 1e-4 * (fabs(p->def) + 1)))
			fail_msg("%s/%s: norm of the default", m->id, p->id);
	}
}

/* ---- Sound */

static void stays_finite(void **state)
{
	const struct module *m = each_module(state);
	struct rig rig = rig_of(m, 48000);
	struct stereo in = stereo_new(96000), out = stereo_new(96000);
	stereo_fill_music(&in, 48000, 2);
	uint32_t seed = 1;
	for (uint32_t turn = 0; turn < 4; turn++) {
		control_begin(rig.control, 0);
		for (uint32_t i = 0; turn && i < m->n_params; i++) {
			const struct param *p = &m->params[i];
			control_set(rig.control, 0, i, turn == 1 ? p->min : turn == 2 ? p->max : p->def, 0, NULL, NULL);
		}
		control_end(rig.control);
		rig_run(&rig, in.of, out.of, 0, 24000, 64);
		assert_sane(m, &in, &out,
			turn == 1   ? "at the minima"
			: turn == 2 ? "at the maxima"
				    : "at the defaults");
	}
	for (size_t at = 0; at < in.n; at += 320) {
		if (at % 9600 == 0)
			set_all(&rig, m, &seed);
		uint32_t i = rig_random(&seed) % m->n_params;
		control_set(rig.control, 0, i, random_value(&m->params[i], &seed), 0, NULL, NULL);
		rig_run(&rig, in.of, out.of, at, 320, 64);
	}
	assert_sane(m, &in, &out, "in a random walk");
	stereo_free(&in);
	stereo_free(&out);
	rig_end(&rig, m);
}

static void silence_stays_silence(void **state)
{
	const struct module *m = each_module(state);
	uint32_t seed = 3;
	struct stereo in = stereo_new(24000), out = stereo_new(24000);
	for (int turn = 0; turn < 5; turn++) {
		struct rig rig = rig_of(m, 48000);
		if (turn)
			set_all(&rig, m, &seed);
		rig_run(&rig, in.of, out.of, 0, in.n, 64);
		for (size_t i = 0; i < out.n; i++)
			if (out.of[0][i] != 0 || out.of[1][i] != 0)
				fail_msg("%s: sound from silence at frame %zu", m->id, i);
		rig_end(&rig, m);
	}
	stereo_free(&in);
	stereo_free(&out);
}

/* The same changes on the same frames, whatever the blocks. */
static void run_with_events(
	const struct module *m, double rate, const struct stereo *in, struct stereo *out, uint32_t block)
{
	struct rig rig = rig_of(m, rate);
	uint32_t seed = 11;
	for (uint64_t frame = 500; frame < in->n; frame += 1777 + rig_random(&seed) % 900) {
		control_begin(rig.control, frame);
		for (int k = 0; k < 3; k++) {
			uint32_t i = rig_random(&seed) % (m->n_params + N_HOST_PARAMS);
			const struct param *p = control_param(rig.control, 0, i);
			control_set(rig.control, 0, i, random_value(p, &seed), 0, NULL, NULL);
		}
		control_end(rig.control);
	}
	rig_run(&rig, in->of, out->of, 0, in->n, block);
	rig_end(&rig, m);
}

static void blocks_do_not_matter(void **state)
{
	const struct module *m = each_module(state);
	struct stereo in = stereo_new(20000), want = stereo_new(20000), out = stereo_new(20000);
	stereo_fill_music(&in, 48000, 1);
	run_with_events(m, 48000, &in, &want, 1024);
	static const uint32_t blocks[] = { 1, 7, 64, 333, 8192 };
	for (size_t b = 0; b < sizeof blocks / sizeof blocks[0]; b++) {
		run_with_events(m, 48000, &in, &out, blocks[b]);
		for (size_t i = 0; i < in.n; i++)
			for (int c = 0; c < 2; c++)
				if (memcmp(&out.of[c][i], &want.of[c][i], sizeof(float)))
					fail_msg("%s: blocks of %u differ from 1024 at frame %zu: %g, not %g", m->id,
						blocks[b], i, out.of[c][i], want.of[c][i]);
	}
	stereo_free(&in);
	stereo_free(&want);
	stereo_free(&out);
}

/* Nor does it matter how long the silence before the music was. */
static void the_start_does_not_matter(void **state)
{
	const struct module *m = each_module(state);
	static const size_t starts[] = { 0, 1, 3, 37, 111, 199 };
	enum { LENGTH = 16000, BEFORE = 24000 };
	struct stereo in = stereo_new(LENGTH + BEFORE + 200), want = stereo_new(LENGTH + BEFORE + 200),
		      out = stereo_new(LENGTH + BEFORE + 200);
	struct stereo music = stereo_new(LENGTH);
	stereo_fill_music(&music, 48000, 1);
	for (size_t s = 0; s < sizeof starts / sizeof starts[0]; s++) {
		struct rig rig = rig_of(m, 48000);
		uint32_t seed = 51;
		set_all(&rig, m, &seed);
		for (int c = 0; c < 2; c++) {
			memset(in.of[c], 0, in.n * sizeof(float));
			memcpy(in.of[c] + BEFORE + starts[s], music.of[c], LENGTH * sizeof(float));
		}
		/* The settings have landed; then the music starts on any frame, and a change follows on a frame of the
		 * music's. */
		size_t first = BEFORE + starts[s];
		control_begin(rig.control, first + 7001);
		set_all(&rig, m, &seed);
		control_end(rig.control);
		rig_run(&rig, in.of, s ? out.of : want.of, 0, in.n, 64);
		for (int c = 0; s && c < 2; c++)
			for (size_t i = 0; i < LENGTH; i++)
				if (memcmp(&out.of[c][first + i], &want.of[c][BEFORE + i], sizeof(float)))
					fail_msg(
						"%s: music that starts %zu frames later differs at its frame %zu: %g, not %g",
						m->id, starts[s], i, out.of[c][first + i], want.of[c][BEFORE + i]);
		rig_end(&rig, m);
	}
	stereo_free(&in);
	stereo_free(&want);
	stereo_free(&out);
	stereo_free(&music);
}

static void works_at_every_rate(void **state)
{
	const struct module *m = each_module(state);
	static const double rates[] = { 8000, 11025, 22050, 32000, 44100, 88200, 96000, 176400, 192000, 384000 };
	for (size_t r = 0; r < sizeof rates / sizeof rates[0]; r++) {
		struct rig rig = rig_of(m, rates[r]);
		struct stereo in = stereo_new(8000), out = stereo_new(8000);
		stereo_fill_music(&in, rates[r], 1);
		uint32_t seed = 5;
		for (size_t at = 0; at < in.n; at += 1000) {
			rig_run(&rig, in.of, out.of, at, 1000, 100);
			set_all(&rig, m, &seed);
		}
		assert_sane(m, &in, &out, "at another rate");
		stereo_free(&in);
		stereo_free(&out);
		rig_end(&rig, m);
	}
}

/* A quiet click at the defaults comes out where the latency says. It begins there: minimum phase, as that of
 * crossovers, may put more of it into the next frames. */
static void latency_is_as_reported(void **state)
{
	const struct module *m = each_module(state);
	static const double rates[] = { 44100, 48000, 96000, 192000 };
	for (size_t r = 0; r < 4; r++) {
		struct rig rig = rig_of(m, rates[r]);
		struct stereo in = stereo_new(rig.latency + 4096), out = stereo_new(rig.latency + 4096);
		in.of[0][1000] = in.of[1][1000] = 0.01f;
		rig_run(&rig, in.of, out.of, 0, in.n, 64);
		float peak = 0;
		for (size_t i = 0; i < out.n; i++)
			peak = fmaxf(peak, fabsf(out.of[0][i]));
		size_t first = 0;
		while (first + 1 < out.n && !(fabsf(out.of[0][first]) > peak / 4))
			first++;
		if (first != 1000 + rig.latency)
			fail_msg("%s at %g Hz: %zd frames late, %u reported", m->id, rates[r], (ssize_t)first - 1000,
				rig.latency);
		stereo_free(&in);
		stereo_free(&out);
		rig_end(&rig, m);
	}
}

static void bypass_keeps_the_bits(void **state)
{
	const struct module *m = each_module(state);
	struct rig rig = rig_of(m, 48000);
	struct stereo in = stereo_new(30000), out = stereo_new(30000);
	stereo_fill_music(&in, 48000, 1);
	uint32_t seed = 9;
	set_all(&rig, m, &seed);
	rig_set(&rig, m->id, "bypass", 1);
	uint32_t delay = control_latency(rig.control);
	rig_run(&rig, in.of, out.of, 0, in.n, 64);
	for (size_t i = 15000; i < in.n; i++)
		for (int c = 0; c < 2; c++)
			if (out.of[c][i] != in.of[c][i - delay])
				fail_msg("%s: bypassed, %g instead of %g at frame %zu", m->id, out.of[c][i],
					in.of[c][i - delay], i);
	stereo_free(&in);
	stereo_free(&out);
	rig_end(&rig, m);
}

/* What goes in and what is changed add up to what comes out. */
static void delta_is_the_difference(void **state)
{
	const struct module *m = each_module(state);
	struct stereo in = stereo_new(40000), whole = stereo_new(40000), delta = stereo_new(40000);
	stereo_fill_music(&in, 48000, 1);
	uint32_t delay = 0;
	for (int turn = 0; turn < 2; turn++) {
		struct rig rig = rig_of(m, 48000);
		uint32_t seed = 21;
		set_all(&rig, m, &seed);
		rig_set(&rig, m->id, "delta", (float)turn);
		rig_run(&rig, in.of, turn ? delta.of : whole.of, 0, in.n, 64);
		delay = control_latency(rig.control);
		rig_end(&rig, m);
	}
	for (size_t i = 20000; i < in.n; i++)
		for (int c = 0; c < 2; c++) {
			float scale = 1 + fabsf(whole.of[c][i]) + fabsf(delta.of[c][i]);
			if (!near(in.of[c][i - delay] + delta.of[c][i], whole.of[c][i], 1e-6 * scale))
				fail_msg("%s: delta at frame %zu", m->id, i);
		}
	stereo_free(&in);
	stereo_free(&whole);
	stereo_free(&delta);
}

static void *make_state(const struct module *m, const struct spec *spec, const float *values)
{
	void *s = alone_new(m, spec);
	assert_non_null(s);
	alone_set(m, spec, s, values);
	return s;
}

static void run_state(const struct module *m, void *s, uint32_t *seed, double *out, size_t blocks)
{
	float meters[MODULE_METERS_MAX];
	for (size_t b = 0; b < blocks; b++) {
		double left[64], right[64], *io[2] = { left, right };
		for (int i = 0; i < 64; i++)
			for (int c = 0; c < 2; c++)
				io[c][i] = rig_uniform(seed);
		m->process(s, &(struct block){ .io = io, .n = 64, .meters = meters });
		memcpy(out + b * 128, left, sizeof left);
		memcpy(out + b * 128 + 64, right, sizeof right);
	}
}

static void reset_is_fresh(void **state)
{
	const struct module *m = each_module(state);
	const struct spec spec = { .rate = 48000, .fft = fft_new() };
	enum { BLOCKS = 100 };
	double *fresh = calloc(BLOCKS, 128 * sizeof(double)), *again = calloc(BLOCKS, 128 * sizeof(double));
	uint32_t values_seed = 31;
	for (int turn = 0; turn < 4; turn++) {
		float values[MODULE_PARAMS_MAX];
		for (uint32_t i = 0; i < m->n_params; i++)
			values[i] = turn ? random_value(&m->params[i], &values_seed) : m->params[i].def;
		void *s = make_state(m, &spec, values);
		uint32_t seed = 41;
		run_state(m, s, &seed, fresh, BLOCKS);
		m->reset(s);
		seed = 41;
		run_state(m, s, &seed, again, BLOCKS);
		if (memcmp(fresh, again, BLOCKS * 128 * sizeof(double)))
			fail_msg("%s: sounds of its past after a reset", m->id);
		free(s);
	}
	free(fresh);
	free(again);
	fft_free(spec.fft);
}

/* NaN, infinity and huge samples in the input, against the same input with silence in their place. */
static void poison_leaves_no_trace(void **state)
{
	const struct module *m = each_module(state);
	struct stereo clean = stereo_new(20000), bad = stereo_new(20000), want = stereo_new(20000),
		      out = stereo_new(20000);
	stereo_fill_music(&clean, 48000, 1);
	stereo_fill_music(&bad, 48000, 1);
	static const float poison[] = { NAN, INFINITY, -INFINITY, 1e30f, 2e6f };
	for (int k = 0; k < 5; k++) {
		bad.of[k & 1][3000 + 7 * k] = poison[k];
		clean.of[k & 1][3000 + 7 * k] = 0;
	}
	for (int turn = 0; turn < 2; turn++) {
		struct rig rig = rig_of(m, 48000);
		rig_run(&rig, turn ? bad.of : clean.of, turn ? out.of : want.of, 0, clean.n, 64);
		assert_int_equal(poisoned(&rig), turn ? 2 : 0); /* two blocks of the input */
		rig_free(&rig);
	}
	assert_memory_equal(out.of[0], want.of[0], out.n * sizeof(float));
	assert_memory_equal(out.of[1], want.of[1], out.n * sizeof(float));
	stereo_free(&clean);
	stereo_free(&bad);
	stereo_free(&want);
	stereo_free(&out);
}

/* After loud sound and long silence nothing denormal is left in the output. */
static void no_denormals(void **state)
{
	const struct module *m = each_module(state);
	struct rig rig = rig_of(m, 48000);
	struct stereo in = stereo_new(480000), out = stereo_new(480000);
	uint32_t seed = 13;
	set_all(&rig, m, &seed);
	for (size_t i = 0; i < 24000; i++)
		in.of[0][i] = in.of[1][i] = i % 3 ? 1e-39f : rig_uniform(&seed);
	rig_run(&rig, in.of, out.of, 0, in.n, 1024);
	for (size_t i = 0; i < out.n; i++)
		for (int c = 0; c < 2; c++)
			if (fpclassify(out.of[c][i]) == FP_SUBNORMAL)
				fail_msg("%s: denormal at frame %zu", m->id, i);
	stereo_free(&in);
	stereo_free(&out);
	rig_end(&rig, m);
}

static void process_allocates_nothing(void **state)
{
	const struct module *m = each_module(state);
	struct rig rig = rig_of(m, 48000);
	struct stereo in = stereo_new(64 * 200), out = stereo_new(64 * 200);
	stereo_fill_music(&in, 48000, 1);
	uint32_t seed = 17;
	allocations = 0;
	for (size_t at = 0; at < in.n; at += 64) {
		if (at % 1280 == 0)
			set_all(&rig, m, &seed);
		const struct buses buses = { .in = { in.of[0] + at, in.of[1] + at },
			.out = { out.of[0] + at, out.of[1] + at } };
		armed = true;
		engine_process(rig.engine, &buses, 64, 0);
		armed = false;
		control_tick(rig.control);
	}
	if (allocations)
		fail_msg("%s: %u calls of malloc or free while it played", m->id, allocations);
	stereo_free(&in);
	stereo_free(&out);
	rig_end(&rig, m);
}

#if TRAP
/* The trap itself: it must see a call. The pointer is volatile, or the compiler drops the pair. */
static void the_trap_works(void **state)
{
	(void)state;
	allocations = 0;
	armed = true;
	void *volatile p = malloc(1);
	free(p);
	armed = false;
	assert_int_equal(allocations, 2);
}
#endif

static void file_round_trip(void **state)
{
	const struct module *m = each_module(state);
	uint32_t seed = 23;
	for (int turn = 0; turn < 20; turn++) {
		struct rack rack, read;
		rack_clear(&rack);
		assert_int_equal(rack_insert(&rack, 0, m, turn % 2 ? "own" : NULL, NULL), STATUS_OK);
		for (uint32_t i = 0; i < slot_n_params(&rack.slots[0]); i++)
			if (rig_random(&seed) % 2)
				rack.slots[0].values[i] = random_value(slot_param(&rack.slots[0], i), &seed);
		char *text = rackfile_print(&rack, NULL);
		struct rackfile *file;
		struct reason reason;
		if (rackfile_parse("written", text, strlen(text), &read, &file, NULL, NULL, &reason) != STATUS_OK)
			fail_msg("%s: %s\n%s", m->id, reason.text, text);
		assert_memory_equal(
			read.slots[0].values, rack.slots[0].values, slot_n_params(&rack.slots[0]) * sizeof(float));
		char *again = rackfile_print(&read, file);
		assert_string_equal(again, text);
		free(text);
		free(again);
		rackfile_free(file);
	}
}

#define EACH(test)                                                                                                     \
	{                                                                                                              \
#test, test, NULL, NULL, NULL                                                                          \
	}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		EACH(rows_make_sense),
		EACH(stays_finite),
		EACH(silence_stays_silence),
		EACH(blocks_do_not_matter),
		EACH(the_start_does_not_matter),
		EACH(works_at_every_rate),
		EACH(latency_is_as_reported),
		EACH(bypass_keeps_the_bits),
		EACH(delta_is_the_difference),
		EACH(reset_is_fresh),
		EACH(poison_leaves_no_trace),
		EACH(no_denormals),
		EACH(process_allocates_nothing),
		EACH(file_round_trip),
	};
	enum { N = sizeof tests / sizeof tests[0] };
	int failed = 0;
#if TRAP
	const struct CMUnitTest trap[] = { cmocka_unit_test(the_trap_works) };
	failed += cmocka_run_group_tests_name("trap", trap, NULL, NULL);
#endif
	for (uint32_t i = 0; i < registry_count(); i++) {
		struct CMUnitTest of_module[N];
		for (int k = 0; k < N; k++) {
			of_module[k] = tests[k];
			of_module[k].initial_state = (void *)registry_at(i);
		}
		failed += cmocka_run_group_tests_name(registry_at(i)->id, of_module, NULL, NULL);
	}
	return failed != 0;
}
