/* The buses: every slot hears the key as late as the sound, in any blocks; the monitor hears the output. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/audio/key_line.h"
#include "tests/unit/rig.h"

enum { RATE = 48000, LENGTH = 40000 };

static const uint32_t blocks[] = { 1, 64, 333, 1024 };
enum { N_BLOCKS = sizeof blocks / sizeof blocks[0] };

struct sound {
	struct stereo in, key, out, monitor;
};

static struct sound sound_new(void)
{
	struct sound s = { stereo_new(LENGTH), stereo_new(LENGTH), stereo_new(LENGTH), stereo_new(LENGTH) };
	uint32_t seed = 5;
	stereo_fill_music(&s.in, RATE, 0.5f);
	for (size_t i = 0; i < LENGTH; i++)
		for (int c = 0; c < 2; c++)
			s.key.of[c][i] = rig_uniform(&seed);
	return s;
}

static void sound_free(struct sound *s)
{
	stereo_free(&s->in);
	stereo_free(&s->key);
	stereo_free(&s->out);
	stereo_free(&s->monitor);
}

static struct rig start(struct control *control, bool key)
{
	const struct spec spec = { .rate = RATE, .key = key };
	assert_int_equal(control_start(control, &spec, CONTROL_OFFLINE, NULL), STATUS_OK);
	return (struct rig){ control, control_engine(control), control_latency(control) };
}

static void set(struct control *control, uint32_t slot, const char *param, float value)
{
	int row = slot_find_param(&control_rack(control)->slots[slot], param);
	assert_true(row >= 0);
	control_set(control, slot, (uint32_t)row, value, 0, NULL, NULL);
}

/* Frames at .. at + n, with the key. */
static void play(struct rig *rig, struct sound *s, size_t at, size_t n, uint32_t block)
{
	for (size_t done = at; done < at + n;) {
		uint32_t m = at + n - done < block ? (uint32_t)(at + n - done) : block;
		struct buses buses = { .in = { s->in.of[0] + done, s->in.of[1] + done },
			.key = { s->key.of[0] + done, s->key.of[1] + done },
			.out = { s->out.of[0] + done, s->out.of[1] + done },
			.monitor = { s->monitor.of[0] + done, s->monitor.of[1] + done } };
		engine_process(rig->engine, &buses, m, 0);
		control_tick(rig->control);
		done += m;
	}
}

/* Bit for bit what came in so many frames before, silence before that. */
static void assert_delayed(const struct stereo *out, const struct stereo *in, uint32_t delay, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		for (int c = 0; c < 2; c++) {
			float want = i < delay ? 0 : in->of[c][i - delay];
			if (out->of[c][i] != want)
				fail_msg("frame %zu: %g, not %g", i, (double)out->of[c][i], (double)want);
		}
}

/* ---- The key */

/* Another line goes on where one has been, as far back as both hold it. */
static void a_line_takes_over_the_past(void **state)
{
	(void)state;
	enum { FRAMES = 5000 };
	static const uint32_t sizes[] = { 0, 300, 700, 3000 };
	static double sound[FRAMES];
	uint32_t seed = 3;
	for (int i = 0; i < FRAMES; i++)
		sound[i] = (double)rig_uniform(&seed);
	for (int a = 0; a < 4; a++)
		for (int b = 0; b < 4; b++) {
			struct key_line from, to;
			assert_true(key_line_init(&from, sizes[a]) && key_line_init(&to, sizes[b]));
			uint32_t at = 0, n;
			for (; at + BLOCK_MAX < FRAMES; at += n) {
				n = 1 + rig_random(&seed) % BLOCK_MAX;
				key_line_write(&from, (const double *const[2]){ sound + at, sound + at }, n);
			}
			key_line_adopt(&to, &from);
			uint32_t delay = sizes[a] < sizes[b] ? sizes[a] : sizes[b];
			for (uint32_t back = delay + 1; back <= delay + BLOCK_MAX; back += 15) {
				const double *past[2];
				key_line_read((struct key_place){ &to, back }, 0, past);
				assert_memory_equal(past[1], sound + at - back, sizeof *sound);
			}
			key_line_drop(&from);
			key_line_drop(&to);
		}
}

/* Modules of other latencies before and behind it, one of them with the sound as it is. */
static const float delays[] = { 37, 500, 0, 211 };
enum { N_DELAYS = sizeof delays / sizeof delays[0] };

static struct control *chain_of_delays(bool limiter)
{
	struct control *control = control_new(NULL);
	for (uint32_t i = 0; i < N_DELAYS; i++) {
		control_insert(control, "testkey", i, NULL, 0, NULL);
		set(control, i, "delay", delays[i]);
	}
	if (limiter)
		control_insert(control, "limiter", 0, NULL, 0, NULL);
	return control;
}

static void aligned_at_every_place(void **state)
{
	(void)state;
	struct sound s = sound_new();
	for (uint32_t place = 0; place < N_DELAYS; place++)
		for (int b = 0; b < N_BLOCKS; b++)
			for (uint32_t limiter = 0; limiter < 2; limiter++) {
				struct control *control = chain_of_delays(limiter);
				set(control, place + limiter, "listen", 1);
				struct rig rig = start(control, true);
				assert_true(limiter ? rig.latency > 748 : rig.latency == 748);
				play(&rig, &s, 0, LENGTH, blocks[b]);
				assert_delayed(&s.out, &s.key, rig.latency, 0, LENGTH);
				rig_free(&rig);
			}
	sound_free(&s);
}

/* A slot that once took more delay keeps it: what its module does not take lies before the module, for the key too. */
static void aligned_behind_padding(void **state)
{
	(void)state;
	static const float steps[] = { 120, 0, 500, 499, 0 };
	struct sound s = sound_new();
	for (int b = 0; b < N_BLOCKS; b++) {
		struct rig rig = start(chain_of_delays(false), true);
		set(rig.control, 1, "listen", 1);
		play(&rig, &s, 0, 5000, blocks[b]);
		for (uint32_t i = 0; i < 5; i++) {
			set(rig.control, 1, "delay", steps[i]);
			play(&rig, &s, 5000 + 7000 * i, 7000, blocks[b]);
		}
		assert_int_equal(control_latency(rig.control), 748);
		/* Both copies of a fade give the same, so no frame of it differs. */
		assert_delayed(&s.out, &s.key, 748, 5000, LENGTH);
		rig_free(&rig);
	}
	sound_free(&s);
}

static void aligned_after_edits(void **state)
{
	(void)state;
	struct sound s = sound_new();
	for (int b = 0; b < N_BLOCKS; b++) {
		struct rig rig = start(chain_of_delays(false), true);
		set(rig.control, 2, "listen", 1);
		play(&rig, &s, 0, 3000, blocks[b]);
		control_insert(rig.control, "testkey", 0, "more", 0, NULL);
		set(rig.control, 0, "delay", 300);
		play(&rig, &s, 3000, 12000, blocks[b]);
		assert_int_equal(control_latency(rig.control), 1048);
		assert_delayed(&s.out, &s.key, 1048, 12000, 15000);
		control_move(rig.control, "more", 4, 0, NULL);
		play(&rig, &s, 15000, 10000, blocks[b]);
		assert_delayed(&s.out, &s.key, 1048, 21000, 25000);
		control_remove(rig.control, "testkey", 0, NULL); /* the whole delay stays */
		play(&rig, &s, 25000, 15000, blocks[b]);
		assert_delayed(&s.out, &s.key, 1048, 31000, LENGTH);
		rig_free(&rig);
	}
	sound_free(&s);
}

/* The slot sleeps while both are silent, and wakes for the key alone. */
static void wakes_for_the_key(void **state)
{
	(void)state;
	struct sound s = sound_new();
	for (int c = 0; c < 2; c++) {
		memset(s.in.of[c], 0, LENGTH * sizeof(float));
		memset(s.key.of[c], 0, 1234 * sizeof(float));
	}
	for (int b = 0; b < N_BLOCKS; b++) {
		struct control *control = chain_of_delays(true);
		set(control, 2, "listen", 1);
		struct rig rig = start(control, true);
		play(&rig, &s, 0, LENGTH, blocks[b]);
		assert_delayed(&s.out, &s.key, rig.latency, 0, LENGTH);
		rig_free(&rig);
	}
	sound_free(&s);
}

static void poison_in_the_key_is_silence(void **state)
{
	(void)state;
	static const float poison[] = { NAN, INFINITY, -INFINITY, 1e30f, 2e6f };
	struct sound s = sound_new();
	for (int k = 0; k < 5; k++)
		s.key.of[k & 1][3000 + 700 * k] = poison[k];
	struct control *control = chain_of_delays(false);
	set(control, 1, "listen", 1);
	struct rig rig = start(control, true);
	play(&rig, &s, 0, LENGTH, 64);
	for (int k = 0; k < 5; k++)
		s.key.of[k & 1][3000 + 700 * k] = 0;
	assert_delayed(&s.out, &s.key, 748, 0, LENGTH);
	struct control_status status;
	control_read_status(control, &status);
	assert_int_equal(status.poisoned, 5);
	rig_free(&rig);
	sound_free(&s);
}

/* A rack without the bus hears its sound; one that has it hears silence where no buffers come. */
static void no_key(void **state)
{
	(void)state;
	for (int key = 0; key < 2; key++) {
		struct sound s = sound_new();
		struct control *control = chain_of_delays(false);
		set(control, 1, "listen", 1);
		struct rig rig = start(control, key);
		struct stereo silence = stereo_new(LENGTH);
		rig_run(&rig, s.in.of, s.out.of, 0, LENGTH, 64);
		assert_delayed(&s.out, key ? &silence : &s.in, 748, 0, LENGTH);
		rig_free(&rig);
		stereo_free(&silence);
		sound_free(&s);
	}
}

static void the_monitor_hears_the_output(void **state)
{
	(void)state;
	for (int b = 0; b < N_BLOCKS; b++) {
		struct sound s = sound_new();
		struct rig rig = rig_new(RATE, "trim", "limiter", NULL);
		for (size_t at = 0; at < LENGTH; at += 10000) {
			engine_fade(rig.engine, at % 20000);
			play(&rig, &s, at, 10000, blocks[b]);
		}
		assert_memory_equal(s.monitor.of[0], s.out.of[0], LENGTH * sizeof(float));
		assert_memory_equal(s.monitor.of[1], s.out.of[1], LENGTH * sizeof(float));
		assert_true(s.out.of[0][LENGTH - 1] != 0);
		rig_free(&rig);
		sound_free(&s);
	}
}

static void the_table_makes_sense(void **state)
{
	(void)state;
	assert_true(strcmp(bus_rows[BUS_IN].id, "in") == 0 && strcmp(bus_rows[BUS_OUT].id, "out") == 0);
	for (int i = 0; i < N_BUSES; i++) {
		const struct bus_row *row = &bus_rows[i];
		assert_true(row->id && row->label && row->option && row->help);
		assert_true(row->help[strlen(row->help) - 1] != '.');
		assert_int_equal(row->optional, i != BUS_IN && i != BUS_OUT);
		for (int k = 0; k < i; k++)
			assert_true(
				strcmp(row->id, bus_rows[k].id) != 0 && strcmp(row->option, bus_rows[k].option) != 0);
	}
	float memory[N_BUSES][BUS_CHANNELS], *ports[N_BUSES][BUS_CHANNELS];
	for (int i = 0; i < N_BUSES; i++)
		for (int c = 0; c < BUS_CHANNELS; c++)
			ports[i][c] = &memory[i][c];
	struct buses buses = buses_of_ports(ports);
	for (int c = 0; c < BUS_CHANNELS; c++) {
		assert_ptr_equal(buses.in[c], &memory[BUS_IN][c]);
		assert_ptr_equal(buses.out[c], &memory[BUS_OUT][c]);
		assert_ptr_equal(buses.monitor[c], &memory[BUS_MONITOR][c]);
		assert_ptr_equal(buses.ref[c], &memory[BUS_REF][c]);
		assert_ptr_equal(buses.key[c], &memory[BUS_KEY][c]);
	}
}

int main(void)
{
	setenv("LACQUER_TEST_MODULES", "1", 1);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_takes_over_the_past),
		cmocka_unit_test(aligned_at_every_place),
		cmocka_unit_test(aligned_behind_padding),
		cmocka_unit_test(aligned_after_edits),
		cmocka_unit_test(wakes_for_the_key),
		cmocka_unit_test(poison_in_the_key_is_silence),
		cmocka_unit_test(no_key),
		cmocka_unit_test(the_monitor_hears_the_output),
		cmocka_unit_test(the_table_makes_sense),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
