/* lacquer render: a sound file through a rack, by the same engine as JACK. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/control/control.h"
#include "rack/dsp/decibel.h"
#include "rack/model/preset.h"
#include "src/filesource.h"
#include "src/interrupt.h"
#include "src/json.h"
#include "src/options.h"
#include "src/outfile.h"
#include "src/progress.h"
#include "src/replay.h"
#include "src/sink.h"

#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What --bits says; else OUT has the format of IN. */
struct bits {
	bool given;
	enum audiofile_bits format;
};

struct render {
	const char *rack, *in_path, *out_path, *events_path;
	struct bits bits;
	double tail_s;
	uint32_t rate; /* 0: that of IN */
	bool json, force, partial;

	struct control *control;
	struct replay replay;
	struct filesource *in;
	struct audiofile_info info;
	struct sink *out;
	struct offline loop;
	struct progress progress;
};

static int told(const char *place, const struct reason *reason, int status)
{
	options_error(place, "%s", reason->text);
	return status;
}

/* ---- Before the start */

static int open_rack(struct render *r)
{
	struct reason reason;
	char path[PATH_MAX];
	if (preset_resolve(r->rack, path, sizeof path, &reason) != STATUS_OK)
		return told(r->rack, &reason, EXIT_BAD_RACK);
	r->control = control_new(&reason);
	if (!r->control)
		return told("render", &reason, EXIT_FAILED);
	/* The reason of a rack file names the file and the line itself. */
	if (control_open_file(r->control, path, &reason) != STATUS_OK)
		return options_message("%s", reason.text), EXIT_BAD_RACK;
	if (control_rack(r->control)->values[RACK_MATCH] != 0)
		options_error(path, "bypass.match has no effect in render: loudness is matched live only");
	return EXIT_DONE;
}

static int open_events(struct render *r)
{
	struct reason reason;
	if (!r->events_path || replay_open(&r->replay, r->events_path, &reason) == STATUS_OK)
		return EXIT_DONE;
	options_message("%s", reason.text);
	return EXIT_FAILED;
}

static int open_in(struct render *r)
{
	struct reason reason;
	r->in = filesource_open(
		r->in_path, r->partial ? AUDIOFILE_PARTIAL : AUDIOFILE_WHOLE, r->rate, &r->info, &reason);
	return r->in ? EXIT_DONE : told(r->in_path, &reason, EXIT_FAILED);
}

static uint64_t tail_frames(const struct render *r)
{
	return (uint64_t)llround(r->tail_s * r->info.rate);
}

static int open_out(struct render *r)
{
	static const uint32_t steps[] = { [AUDIOFILE_16] = 16, [AUDIOFILE_24] = 24, [AUDIOFILE_32F] = 0 };
	struct reason reason;
	const struct rack *rack = control_rack(r->control);
	bool dithers = rack->n_slots && rack->slots[rack->n_slots - 1].module->role == ROLE_DITHER;
	enum audiofile_bits bits = r->bits.given ? r->bits.format : r->info.bits;
	const struct audiowriter_settings settings = { .rate = r->info.rate,
		.channels = 2,
		.bits = bits,
		.frames = r->info.frames ? r->info.frames + tail_frames(r) : 0,
		.tags = filesource_tags(r->in) };
	if (outfile_allow(r->out_path, r->in_path, r->force, &reason) != STATUS_OK)
		return told(r->out_path, &reason, EXIT_FAILED);
	r->out = sink_open(r->out_path, &settings, dithers ? 0 : steps[bits], &reason);
	if (!r->out)
		return told(r->out_path, &reason, EXIT_FAILED);
	if (*sink_lost(r->out))
		options_error(
			r->out_path, "%s of %s: no place for it in this kind of file", sink_lost(r->out), r->in_path);
	return EXIT_DONE;
}

/* A rack for one medium, such as CD, sounds as it was made to at its rate only. */
static void warn_of_rate(const struct render *r)
{
	uint32_t rate = (uint32_t)control_rack(r->control)->rate;
	if (rate && rate != r->info.rate)
		options_error(r->rack, "is made for %u Hz, and %s is of %u Hz; --rate %u converts it", rate, r->in_path,
			r->info.rate, rate);
}

static int start(struct render *r)
{
	struct reason reason;
	if (control_start(r->control, &(struct spec){ .rate = r->info.rate }, CONTROL_OFFLINE, &reason) != STATUS_OK ||
		replay_start(&r->replay, r->control, r->info.rate, &reason) != STATUS_OK)
		return told("render", &reason, EXIT_FAILED);
	warn_of_rate(r);
	return EXIT_DONE;
}

/* ---- The work */

static bool show_or_stop(void *user, uint64_t done)
{
	progress_show(&((struct render *)user)->progress, done);
	return interrupt_asked();
}

static int run(struct render *r)
{
	struct reason reason;
	const struct offline_events events = replay_events(&r->replay);
	const struct offline_sink sink = sink_of(r->out);
	r->loop = (struct offline){ .source = filesource_source(r->in),
		.control = r->control,
		.events = &events,
		.sinks = &sink,
		.n_sinks = 1,
		.skip = control_latency(r->control),
		.tail = tail_frames(r),
		.stop = show_or_stop,
		.stop_user = r };
	progress_start(&r->progress, "rendering", r->info.rate, r->info.frames ? r->info.frames + r->loop.tail : 0);
	enum status status = offline_run(&r->loop, &reason);
	progress_end(&r->progress);
	if (status == STATUS_OK)
		return EXIT_DONE;
	if (r->loop.failed == OFFLINE_SOURCE)
		options_error(r->in_path, "%s", reason.text);
	if (r->loop.failed == OFFLINE_EVENTS)
		options_message("%s", reason.text);
	return EXIT_FAILED; /* the sink tells when it ends why it failed */
}

/* ---- The end */

static void warn_of_input(const struct render *r, const struct measurement *m)
{
	measurement_warn(m, r->in_path);
	if (filesource_damage(r->in))
		options_error(r->in_path, "%s; rendered as far as it goes", filesource_damage(r->in));
	if (replay_pending(&r->replay))
		options_message("%s:%u: comes after the end of %s and did nothing", r->events_path,
			replay_pending(&r->replay), r->in_path);
}

/* What the chain would still give behind the end of OUT. */
static void warn_of_ringing(struct render *r)
{
	enum { RING_MS = 50, QUIET_DBFS = -70 };
	double level = decibel_from_gain((double)offline_ring(&r->loop, r->info.rate * RING_MS / 1000));
	if (level > QUIET_DBFS)
		options_error(r->out_path,
			"cuts off the tail of the chain, which is still at %.1f dBFS there; --tail SECONDS makes it longer",
			level);
}

static void warn_of_clipping(const struct render *r)
{
	uint64_t clipped = sink_clipped(r->out);
	if (clipped)
		options_error(r->out_path,
			"%" PRIu64 " samples were beyond full scale and are clipped; lower the ceiling, or write 32f",
			clipped);
}

/* Not into the sound where OUT is standard output. */
static void print_result(const struct render *r, const struct measurement *m)
{
	FILE *to = outfile_is_stdout(r->out_path) ? stderr : stdout;
	if (!r->json) {
		measurement_print(m, r->out_path, to);
		return;
	}
	struct json j;
	json_start(&j, to);
	json_object(&j, NULL, JSON_INLINE);
	measurement_print_json(m, r->out_path, &j);
	json_count(&j, "latency_frames", r->loop.skip);
	json_end(&j);
}

static int finish(struct render *r, int status)
{
	struct measurement m;
	struct reason reason;
	enum status ended = sink_end(r->out, &m, &reason);
	m.invalid_samples = filesource_invalid(r->in);
	if (status == EXIT_DONE && ended == STATUS_OK && !interrupt_asked())
		ended = sink_keep(r->out, &m, &reason);
	if (ended != STATUS_OK)
		return told(r->out_path, &reason, EXIT_FAILED);
	if (status != EXIT_DONE || interrupt_asked())
		return EXIT_FAILED;
	warn_of_input(r, &m);
	warn_of_ringing(r);
	warn_of_clipping(r);
	print_result(r, &m);
	return EXIT_DONE;
}

static void release(struct render *r)
{
	sink_free(r->out);
	filesource_close(r->in);
	replay_close(&r->replay);
	control_free(r->control);
}

/* ---- The command line */

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

static enum status set_tail(void *field, const char *argument, struct reason *reason)
{
	enum { LONGEST_S = 3600 };
	char *end;
	double *seconds = field;
	*seconds = strtod(argument, &end);
	if (end == argument || *end || !(*seconds >= 0 && *seconds <= LONGEST_S))
		return reason_set(
			reason, STATUS_BAD_VALUE, "'%s' is not a number of seconds from 0 to %d", argument, LONGEST_S);
	return STATUS_OK;
}

static enum status set_rate(void *field, const char *argument, struct reason *reason)
{
	enum { RATE_MIN = 8000, RATE_MAX = 384000 };
	long rate;
	if (!options_number(argument, RATE_MIN, RATE_MAX, &rate))
		return reason_set(
			reason, STATUS_BAD_VALUE, "'%s' is not a rate from %d to %d Hz", argument, RATE_MIN, RATE_MAX);
	*(uint32_t *)field = (uint32_t)rate;
	return STATUS_OK;
}

static int render_main(int argc, char **argv);

static const struct cli_option options[] = {
	{ 0, "bits", "16|24|32f", "Sample format of OUT (default: as IN)", set_bits, offsetof(struct render, bits) },
	{ 0, "rate", "HZ", "Sample rate of OUT (default: as IN); IN is converted before the rack", set_rate,
		offsetof(struct render, rate) },
	{ 0, "tail", "SECONDS", "Make OUT longer than IN by this, for the tail of the chain", set_tail,
		offsetof(struct render, tail_s) },
	{ 0, "events", "FILE", "Lines of SECONDS ADDRESS VALUE...: OSC messages, each on its exact frame",
		options_set_text, offsetof(struct render, events_path) },
	{ 0, "partial", NULL, "Render what can be read of a damaged IN", options_set_flag,
		offsetof(struct render, partial) },
	{ 0, "force", NULL, "Overwrite OUT if it exists, without a question", options_set_flag,
		offsetof(struct render, force) },
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
		"two steps, unless the rack ends in a dither module. OUT appears when it is finished: until then, and when the "
		"work fails, an old OUT stays as it was. Tags, cues and the broadcast chunk of IN are carried over, with the "
		"loudness that was measured.",
	.options = options,
	.main = render_main,
};

static int render_main(int argc, char **argv)
{
	struct render r = { 0 };
	int status = EXIT_DONE;
	char **operands = options_read(&subcommand_render, argc, argv, &r, &status);
	if (!operands)
		return status;
	r.rack = operands[0];
	r.in_path = operands[1];
	r.out_path = operands[2];
	static int (*const steps[])(struct render *) = { open_rack, open_events, open_in, open_out, start };
	interrupt_catch();
	for (size_t i = 0; i < sizeof steps / sizeof steps[0] && status == EXIT_DONE; i++)
		status = steps[i](&r);
	if (status == EXIT_DONE)
		status = finish(&r, run(&r));
	release(&r);
	interrupt_end();
	return status;
}
