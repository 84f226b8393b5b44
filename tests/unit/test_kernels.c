/* Kernels: designed by a worker and heard whole, the newest at last, the same bits live and rendered; none is lost or
 * freed too early. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/audio/kernel.h"
#include "rack/dsp/fft.h"
#include "rack/model/registry.h"
#include "tests/unit/kernel_rig.h"

#include <pthread.h>

/* ---- */

static void memory_is_the_hosts(void **state)
{
	(void)state;
	const struct module *m = registry_find("testkernel");
	struct spec spec = { .rate = RATE, .fft = fft_new() };
	float values[MODULE_PARAMS_MAX];
	for (uint32_t i = 0; i < m->n_params; i++)
		values[i] = m->params[i].def;
	struct kernel *a = kernel_new(m, &spec, values), *b = kernel_new(m, &spec, values);
	const char *memory = a->memory;
	assert_int_equal((uintptr_t)memory % 64, 0);
	for (size_t i = 0; i < m->kernel_size(&spec); i++)
		assert_int_equal(memory[i], 0);
	assert_memory_equal(a->values, values, m->n_params * sizeof *values);
	kernel_design(a);
	kernel_design(b);
	assert_memory_equal(a->memory, b->memory, m->kernel_size(&spec));
	uint32_t alive = 2;
	a->alive = b->alive = &alive;
	assert_ptr_equal(kernel_hold(a), a);
	kernel_release(a);
	assert_int_equal(alive, 2);
	kernel_release(a);
	kernel_release(b);
	assert_int_equal(alive, 0);
	fft_free(spec.fft);
}

/* What is played after the last design has landed is what a render gives that had it from the start. */
static void live_is_as_rendered(void **state)
{
	(void)state;
	static const float cutoffs[] = { 700, 3000, 150 };
	for (int length = 0; length < 2; length++) {
		struct live l = live_new(rack_of(2));
		set(l.control, 1, "length", 1); /* the delay is promised, whatever length follows */
		until_landed(&l, 1);
		for (int i = 0; i < 3; i++) {
			set(l.control, 0, "cutoff", cutoffs[i]);
			set(l.control, 1, "cutoff", cutoffs[2 - i] + 11);
			until_landed(&l, 0);
			until_landed(&l, 1);
		}
		set(l.control, 1, "length", (float)length);
		set(l.control, 1, "cutoff", 1234);
		until_landed(&l, 1);
		assert_true(meter(&l, 0, WORKER) == 1 && meter(&l, 1, WORKER) == 1);
		for (size_t end = l.at + l.in.n; l.at < end || l.at % l.in.n;)
			turn(&l);
		struct rig rig = rig_new(RATE, "testkernel", "testkernel", NULL);
		struct stereo want = stereo_new(l.in.n);
		set(rig.control, 0, "cutoff", cutoffs[2]);
		set(rig.control, 1, "length", 1);
		rig_run(&rig, l.in.of, want.of, 0, BLOCK, BLOCK); /* promised here too */
		set(rig.control, 1, "length", (float)length);
		set(rig.control, 1, "cutoff", 1234);
		for (int i = 0; i < 2; i++)
			rig_run(&rig, l.in.of, want.of, 0, l.in.n, 333);
		for (size_t i = 0; i < l.in.n; i += BLOCK)
			turn(&l); /* a whole round, all of it after the landing */
		assert_int_equal(control_latency(l.control), control_latency(rig.control));
		assert_true(control_meter(rig.control, 1, WORKER) == 0);
		for (int c = 0; c < 2; c++)
			for (size_t i = 0; i < l.in.n; i++)
				if (memcmp(&l.out.of[c][i], &want.of[c][i], sizeof(float)))
					fail_msg("length %d, frame %zu: %g, not %g", length, i, (double)l.out.of[c][i],
						(double)want.of[c][i]);
		stereo_free(&want);
		rig_free(&rig);
		live_free(&l);
	}
}

/* Rendered, a design is heard from its very frame on, in blocks of any size. */
static void rendered_on_its_frame(void **state)
{
	(void)state;
	static const uint32_t blocks[] = { 1024, 1, 64, 333 };
	struct stereo in = stereo_new(30000), want = stereo_new(30000), out = stereo_new(30000);
	stereo_fill_music(&in, RATE, 0.5f);
	for (int b = 0; b < 4; b++) {
		struct rig rig = rig_new(RATE, "testkernel", "trim", NULL);
		for (uint64_t frame = 3001; frame < 30000; frame += 7003) {
			control_begin(rig.control, frame);
			set(rig.control, 0, "cutoff", 100 + (float)frame / 4);
			set(rig.control, 0, "gain", frame % 2 ? -6 : 3);
			if (frame > 20000)
				control_insert(rig.control, "testkernel", 1, NULL, 0, NULL);
			control_end(rig.control);
		}
		rig_run(&rig, in.of, b ? out.of : want.of, 0, in.n, blocks[b]);
		for (int c = 0; b && c < 2; c++)
			for (size_t i = 0; i < in.n; i++)
				if (memcmp(&out.of[c][i], &want.of[c][i], sizeof(float)))
					fail_msg("blocks of %u, frame %zu: %g, not %g", blocks[b], i,
						(double)out.of[c][i], (double)want.of[c][i]);
		rig_free(&rig);
	}
	stereo_free(&in);
	stereo_free(&want);
	stereo_free(&out);
}

/* Until there is a kernel the sound goes through as it is, on its place in time. */
static void without_a_kernel(void **state)
{
	(void)state;
	struct control *control = rack_of(1);
	set(control, 0, "toil", 500);
	set(control, 0, "gain", -6);
	struct live l = live_new(control);
	uint32_t delay = control_latency(control);
	assert_int_equal(delay, 16);
	while (l.at < 20 * RATE / 1000 + 5 * BLOCK) /* the stream's own fade */
		turn(&l);
	size_t begin = l.at;
	while (l.at < begin + 4000)
		turn(&l);
	assert_true(meter(&l, 0, DESIGNED) == 0);
	for (size_t i = begin; i < l.at; i++)
		assert_true(l.out.of[0][i] == l.in.of[0][i - delay]);
	until_landed(&l, 0);
	live_free(&l);
}

/* A design that waits behind another slot's is not worked on when a newer one makes it needless. */
static void the_newer_cancels(void **state)
{
	(void)state;
	enum { TOIL_MS = 2000 };
	struct control *control = rack_of(2);
	struct live l = live_new(control);
	until_landed(&l, 0);
	until_landed(&l, 1);
	set(control, 0, "toil", 400);
	turn(&l);
	clock_sleep_us(100000); /* the worker is at it */
	int64_t begin = clock_now_ms();
	set(control, 1, "toil", TOIL_MS);
	set(control, 1, "cutoff", 111);
	turn(&l);
	clock_sleep_us(100000);
	set(control, 1, "toil", 0);
	set(control, 1, "cutoff", 222);
	while (meter(&l, 1, DESIGNED) != 222) {
		turn(&l);
		clock_sleep_us(500);
		assert_true(meter(&l, 1, DESIGNED) != 111);
		if (clock_now_ms() - begin > TOIL_MS)
			fail_msg("the design that nobody waits for was worked on");
	}
	live_free(&l);
}

/* Dragged for a second: twenty designs or so, and the last value at the end. */
static void a_drag_is_coalesced(void **state)
{
	(void)state;
	struct control *control = rack_of(1);
	struct live l = live_new(control);
	until_landed(&l, 0);
	int64_t begin = clock_now_ms();
	float last = meter(&l, 0, DESIGNED);
	int designs = 0, i = 0;
	while (clock_now_ms() - begin < 1000) {
		if (i < 1000)
			set(control, 0, "cutoff", 100 + (float)i++);
		for (int k = 0; k < 4; k++)
			turn(&l);
		designs += meter(&l, 0, DESIGNED) != last;
		last = meter(&l, 0, DESIGNED);
		clock_sleep_us(2000);
	}
	until_landed(&l, 0);
	int64_t took = clock_now_ms() - begin;
	if (designs < 2 || designs > took / 50 + 2)
		fail_msg("%d designs in %d ms", designs, (int)took);
	live_free(&l);
}

/* A design for a later frame is heard from there on, and not before. */
static void lands_on_its_frame(void **state)
{
	(void)state;
	struct control *control = rack_of(1);
	struct live l = live_new(control);
	until_landed(&l, 0);
	uint64_t frame = l.at + 30000;
	control_begin(control, frame);
	set(control, 0, "cutoff", 333);
	control_end(control);
	while (l.at + BLOCK <= frame) {
		turn(&l);
		if (l.at % 6400 == 0)
			clock_sleep_us(20000);
		assert_true(meter(&l, 0, DESIGNED) != 333);
	}
	until_landed(&l, 0);
	assert_true(l.at < frame + 2000);
	live_free(&l);
}

static void undo_and_scenes(void **state)
{
	(void)state;
	struct control *control = rack_of(1);
	struct live l = live_new(control);
	set(control, 0, "cutoff", 440);
	until_landed(&l, 0);
	assert_int_equal(control_scene_store(control, "here", NULL), STATUS_OK);
	control_remove(control, "testkernel", 0, NULL);
	for (int i = 0; i < 100; i++)
		turn(&l);
	assert_int_equal(control_undo(control, 0, NULL), STATUS_OK);
	until_landed(&l, 0);
	assert_true(meter(&l, 0, DESIGNED) == 440);
	control_replace(control, "testkernel", "trim", 0, NULL);
	control_insert(control, "testkernel", 0, NULL, 0, NULL);
	set(control, 0, "cutoff", 880);
	until_landed(&l, 0);
	assert_int_equal(control_scene_recall(control, "here", 0.1f, 0, NULL), STATUS_OK);
	until_landed(&l, 0);
	assert_true(meter(&l, 0, DESIGNED) == 440);
	live_free(&l);
}

/* ---- A storm: another thread plays, this one changes everything, and stops while designs are under way */

static struct {
	atomic_bool playing;
	struct engine *engine;
	pthread_t thread;
} player;

static void *play(void *unused)
{
	(void)unused;
	static float left[BLOCK], right[BLOCK];
	const struct buses buses = { .in = { left, right }, .out = { left, right } };
	uint32_t seed = 1;
	while (atomic_load(&player.playing)) {
		for (int i = 0; i < BLOCK; i++)
			left[i] = right[i] = 0.1f * rig_uniform(&seed);
		engine_process(player.engine, &buses, BLOCK, 0);
		clock_sleep_us(50);
	}
	return NULL;
}

static void player_start(struct control *control, double rate)
{
	assert_int_equal(control_start(control, &(struct spec){ .rate = rate }, 0, NULL), STATUS_OK);
	player.engine = control_engine(control);
	atomic_store(&player.playing, true);
	assert_int_equal(pthread_create(&player.thread, NULL, play, NULL), 0);
}

static void player_stop(struct control *control)
{
	atomic_store(&player.playing, false);
	pthread_join(player.thread, NULL);
	control_stop(control);
}

static void change_something(struct control *control, uint32_t *seed)
{
	const struct rack *rack = control_rack(control);
	uint32_t slot = rack->n_slots ? rig_random(seed) % rack->n_slots : 0;
	const char *id = rack->n_slots ? rack->slots[slot].id : "";
	switch (rig_random(seed) % 13) {
	case 0:
		if (rack->n_slots < 8)
			control_insert(control, "testkernel", slot, NULL, 0, NULL);
		break;
	case 1:
		control_remove(control, id, 0, NULL);
		break;
	case 2:
		control_move(control, id, rig_random(seed) % 8, 0, NULL);
		break;
	case 3:
		control_undo(control, 0, NULL);
		break;
	case 4:
		control_redo(control, 0, NULL);
		break;
	case 5:
		control_scene_store(control, rig_random(seed) % 2 ? "a" : "b", NULL);
		break;
	case 6:
		control_scene_recall(control, rig_random(seed) % 2 ? "a" : "b", 0.01f, 0, NULL);
		break;
	case 7:
		control_snapshot_hear(control, rig_random(seed) % 4, 0, NULL);
		break;
	case 8:
		if (rack->n_slots)
			set(control, slot, "length", (float)(rig_random(seed) % 2));
		break;
	case 9:
		if (rack->n_slots)
			set(control, slot, "toil", (float)(rig_random(seed) % 4));
		break;
	case 10:
		if (rack->n_slots)
			set(control, slot, "invert", (float)(rig_random(seed) % 2));
		break;
	default:
		if (rack->n_slots)
			set(control, slot, "cutoff", 20 + (float)(rig_random(seed) % 19980));
	}
}

static void a_storm_ends_well(void **state)
{
	(void)state;
	static const double rates[] = { 48000, 8000, 96000, 44100 };
	struct control *control = rack_of(3);
	uint32_t seed = 99;
	for (int life = 0; life < 4; life++) {
		player_start(control, rates[life]);
		for (int i = 0; i < 800; i++) {
			bool later = rig_random(&seed) % 4 == 0;
			struct control_status status;
			control_read_status(control, &status);
			control_begin(control, later ? status.frames + rig_random(&seed) % 9600 : 0);
			for (uint32_t n = rig_random(&seed) % 3; n; n--)
				change_something(control, &seed);
			control_end(control);
			control_tick(control);
			clock_sleep_us(rig_random(&seed) % 2000);
		}
		int64_t begin = clock_now_ms();
		for (uint32_t slot = 0; slot < control_rack(control)->n_slots;) {
			control_tick(control);
			clock_sleep_us(500);
			slot += control_meter(control, slot, DESIGNED) == get(control, slot, "cutoff");
			if (clock_now_ms() - begin > PATIENCE_MS)
				fail_msg("slot %u of %u: %g Hz in use, not %g", slot, control_rack(control)->n_slots,
					(double)control_meter(control, slot, DESIGNED),
					(double)get(control, slot, "cutoff"));
		}
		if (control_rack(control)->n_slots) {
			set(control, 0, "toil", 50);
			control_tick(control);
		}
		player_stop(control);
	}
	control_free(control);
}

/* The audio thread does not come for a while: kernels are held back and not lost, and the last one lands. */
static void nobody_plays(void **state)
{
	(void)state;
	struct control *control = rack_of(RACK_SLOTS_MAX);
	struct live l = live_new(control);
	for (int i = 0; i < 12; i++) {
		for (uint32_t slot = 0; slot < RACK_SLOTS_MAX; slot++)
			set(control, slot, "cutoff", 200 + (float)(100 * i) + (float)slot);
		for (int k = 0; k < 30; k++) {
			control_tick(control);
			clock_sleep_us(2000);
		}
	}
	for (uint32_t slot = 0; slot < RACK_SLOTS_MAX; slot++)
		until_landed(&l, slot);
	live_free(&l);
}

int main(void)
{
	setenv("LACQUER_TEST_MODULES", "1", 1);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_the_hosts),
		cmocka_unit_test(live_is_as_rendered),
		cmocka_unit_test(rendered_on_its_frame),
		cmocka_unit_test(without_a_kernel),
		cmocka_unit_test(the_newer_cancels),
		cmocka_unit_test(a_drag_is_coalesced),
		cmocka_unit_test(lands_on_its_frame),
		cmocka_unit_test(undo_and_scenes),
		cmocka_unit_test(a_storm_ends_well),
		cmocka_unit_test(nobody_plays),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
