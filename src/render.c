/* lacquer render: a sound file through a rack, by the same engine as JACK. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/direct.h"
#include "rack/audio/engine.h"
#include "rack/control/control.h"
#include "rack/model/preset.h"
#include "src/audiofile.h"
#include "src/events.h"
#include "src/json.h"
#include "src/measurement.h"
#include "src/options.h"
#include "src/sink.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 1024, PATH_SIZE = 4096 };

/* What --bits says; else OUT has the format of IN. */
struct bits {
	bool given;
	enum audiofile_bits format;
};

struct render {
	const char *rack, *in_path, *out_path, *events_path;
	struct bits bits;
	bool json;

	struct control *control;
	struct direct *direct;
	struct events events;
	size_t next_event;
	struct audiofile *in;
	struct audiofile_info info;
	struct sink *out;
	uint32_t latency;  /* frames that are dropped at the start of the output */
	uint64_t rendered; /* frames through the engine */
	uint64_t written;
};

static int told(const char *place, const struct reason *reason, int status)
{
	options_error(place, "%s", reason->text);
	return status;
}

static bool same_file(const char *a, const char *b)
{
	struct stat x, y;
	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static int open_rack(struct render *r)
{
	struct reason reason;
	char path[PATH_SIZE];
	if (preset_resolve(r->rack, path, sizeof path, &reason) != STATUS_OK)
		return told(r->rack, &reason, EXIT_BAD_RACK);
	r->control = control_new(&reason);
	if (!r->control)
		return told("render", &reason, EXIT_FAILED);
	/* The reason of a rack file names the file and the line itself. */
	if (control_open_file(r->control, path, &reason) != STATUS_OK)
		return fprintf(stderr, "lacquer: %s\n", reason.text), EXIT_BAD_RACK;
	return EXIT_DONE;
}

static int open_files(struct render *r)
{
	struct reason reason;
	if (same_file(r->in_path, r->out_path))
		return options_error(r->out_path, "is the input itself"), EXIT_FAILED;
	r->in = audiofile_open(r->in_path, &r->info, &reason);
	if (!r->in)
		return told(r->in_path, &reason, EXIT_FAILED);
	enum audiofile_bits bits = r->bits.given ? r->bits.format : r->info.bits;
	static const uint32_t steps[] = { [AUDIOFILE_16] = 16, [AUDIOFILE_24] = 24, [AUDIOFILE_32F] = 0 };
	const struct rack *rack = control_rack(r->control);
	bool dithers = rack->n_slots && rack->slots[rack->n_slots - 1].module->role == ROLE_DITHER;
	r->out = sink_open(r->out_path, r->info.rate, bits, dithers ? 0 : steps[bits], &reason);
	return r->out ? EXIT_DONE : told(r->out_path, &reason, EXIT_FAILED);
}

static int start(struct render *r)
{
	struct reason reason;
	if (control_start(r->control, &(struct spec){ .rate = r->info.rate }, CONTROL_OFFLINE, &reason) != STATUS_OK)
		return told("render", &reason, EXIT_FAILED);
	r->latency = control_latency(r->control);
	r->direct = direct_new(r->control);
	if (!r->direct)
		return options_error("render", "no memory"), EXIT_FAILED;
	return EXIT_DONE;
}

static uint64_t event_frame(const struct render *r)
{
	if (r->next_event == r->events.n)
		return UINT64_MAX;
	return (uint64_t)llround(r->events.list[r->next_event].seconds * r->info.rate);
}

/* All events of this frame, as one transaction. The engine stands on the frame already. */
static int apply_events(struct render *r)
{
	int status = EXIT_DONE;
	control_begin(r->control, 0);
	while (status == EXIT_DONE && event_frame(r) <= r->rendered) {
		const struct event *event = &r->events.list[r->next_event++];
		struct reason reason;
		if (direct_apply(r->direct, event->address, event->body, &reason) != STATUS_OK) {
			options_message("%s:%u: %s: %s", r->events_path, event->line, event->address, reason.text);
			status = EXIT_FAILED;
		}
	}
	control_end(r->control);
	return status;
}

/* frames: interleaved. The first latency frames are not part of the file, nor is anything beyond IN's length. */
static bool write_frames(struct render *r, const float *frames, uint32_t n)
{
	uint64_t skip = r->rendered < r->latency ? r->latency - r->rendered : 0;
	if (skip >= n)
		return true;
	uint64_t left = r->info.frames - r->written, count = n - skip;
	if (count > left)
		count = left;
	r->written += count;
	return sink_put(r->out, frames + 2 * skip, (size_t)count);
}

/* Up to n frames from the file, silence behind its end; a mono file feeds both sides. */
static void read_frames(struct render *r, float *const in[2], uint32_t n)
{
	float frames[2 * BLOCK];
	size_t got = audiofile_read(r->in, frames, n);
	uint32_t channels = r->info.channels;
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t c = 0; c < 2; c++)
			in[c][i] = i < got ? frames[i * channels + (channels == 2 ? c : 0)] : 0;
}

static void show_progress(const struct render *r, bool last)
{
	static int shown = -1;
	int percent = r->info.frames ? (int)(100 * r->written / r->info.frames) : 100;
	if (!isatty(STDERR_FILENO) || (percent == shown && !last))
		return;
	shown = percent;
	fprintf(stderr, "\rrendering %3d %%%s", percent, last ? "\r\033[K" : "");
}

static int run(struct render *r)
{
	float left_in[BLOCK], right_in[BLOCK], left_out[BLOCK], right_out[BLOCK], frames[2 * BLOCK];
	float *const in[2] = { left_in, right_in };
	const struct buses buses = { .in = { left_in, right_in }, .out = { left_out, right_out } };
	int status = EXIT_DONE;
	while (status == EXIT_DONE && r->written < r->info.frames) {
		if (event_frame(r) <= r->rendered && (status = apply_events(r)) != EXIT_DONE)
			break;
		uint64_t to_event = event_frame(r) - r->rendered;
		uint32_t n = to_event < BLOCK ? (uint32_t)to_event : BLOCK;
		read_frames(r, in, n);
		engine_process(control_engine(r->control), &buses, n, 0);
		control_tick(r->control);
		for (uint32_t i = 0; i < n; i++)
			for (uint32_t c = 0; c < 2; c++)
				frames[2 * i + c] = buses.out[c][i];
		bool well = write_frames(r, frames, n);
		r->rendered += n;
		if (!well)
			break; /* the sink tells why when it ends */
		show_progress(r, false);
	}
	show_progress(r, true);
	return status;
}

static void print_result(const struct render *r)
{
	struct measurement m;
	measurement_take(&m, sink_loudness(r->out), r->info.rate, 2);
	if (!r->json) {
		measurement_print(&m, r->out_path, stdout);
		return;
	}
	struct json j;
	json_start(&j, stdout);
	json_object(&j, NULL, JSON_INLINE);
	measurement_print_json(&m, r->out_path, &j);
	json_count(&j, "latency_frames", r->latency);
	json_end(&j);
}

static void warn_of_clipping(const struct render *r)
{
	uint64_t clipped = sink_clipped(r->out);
	if (clipped)
		options_error(r->out_path,
			"%llu samples were beyond full scale and are clipped; lower the ceiling, or write 32f",
			(unsigned long long)clipped);
}

static void warn_of_late_events(const struct render *r)
{
	if (r->next_event < r->events.n)
		options_message("%s:%u: comes after the end of %s and did nothing", r->events_path,
			r->events.list[r->next_event].line, r->in_path);
}

static int finish(struct render *r, int status)
{
	struct reason reason;
	if (r->out && sink_end(r->out, &reason) != STATUS_OK && status == EXIT_DONE)
		status = told(r->out_path, &reason, EXIT_FAILED);
	if (r->out && status == EXIT_DONE)
		warn_of_clipping(r);
	if (status == EXIT_DONE)
		warn_of_late_events(r);
	if (r->out && status != EXIT_DONE)
		unlink(r->out_path); /* half a result is none */
	if (status == EXIT_DONE)
		print_result(r);
	audiofile_close(r->in, NULL);
	sink_free(r->out);
	direct_free(r->direct);
	control_free(r->control);
	events_free(&r->events);
	return status;
}

static enum status set_bits(void *field, const char *argument, struct reason *reason)
{
	static const char *const names[] = { [AUDIOFILE_16] = "16", [AUDIOFILE_24] = "24", [AUDIOFILE_32F] = "32f" };
	struct bits *bits = field;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(argument, names[i]) == 0) {
			*bits = (struct bits){ .given = true, .format = (enum audiofile_bits)i };
			return STATUS_OK;
		}
	return reason_set(reason, STATUS_BAD_VALUE, "'%s' is not 16, 24 or 32f", argument);
}

static int render_main(int argc, char **argv);

static const struct cli_option options[] = {
	{ 0, "bits", "16|24|32f", "Sample format of OUT (default: as IN)", set_bits, offsetof(struct render, bits) },
	{ 0, "events", "FILE", "Lines of SECONDS ADDRESS VALUE...: OSC messages, each on its exact frame",
		options_set_text, offsetof(struct render, events_path) },
	{ 0, "json", NULL, "Print loudness, peaks and latency of the result as one JSON object", options_set_flag,
		offsetof(struct render, json) },
	{ .name = NULL },
};

const struct subcommand subcommand_render = {
	.name = "render",
	.operands = "RACK IN OUT",
	.operands_min = 3,
	.operands_max = 3,
	.summary = "Run a sound file through a rack, offline",
	.help = "Runs the sound file IN through RACK and writes OUT: the same bits as playing it through JACK, with IN's "
		"length and the latency removed. OUT of 16 or 24 bits gets TPDF dither from the first frame on that is between "
		"two steps, unless the rack ends in a dither module.",
	.options = options,
	.main = render_main,
};

static int render_main(int argc, char **argv)
{
	struct render r = { 0 };
	struct reason reason;
	int status;
	char **operands = options_read(&subcommand_render, argc, argv, &r, &status);
	if (!operands)
		return status;
	r.rack = operands[0];
	r.in_path = operands[1];
	r.out_path = operands[2];
	status = open_rack(&r);
	if (status == EXIT_DONE && r.events_path && events_read(r.events_path, &r.events, &reason) != STATUS_OK) {
		fprintf(stderr, "lacquer: %s\n", reason.text);
		status = EXIT_FAILED;
	}
	if (status == EXIT_DONE)
		status = open_files(&r);
	if (status == EXIT_DONE)
		status = start(&r);
	if (status == EXIT_DONE)
		status = run(&r);
	return finish(&r, status);
}
