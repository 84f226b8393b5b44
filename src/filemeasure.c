/* Measuring a sound file: from the source past any engine into the measure. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/filemeasure.h"

#include "rack/base/poison.h"
#include "rack/meters/loudness.h"
#include "src/filesource.h"
#include "src/progress.h"

struct measuring {
	const struct filesource *source;
	uint64_t invalid; /* samples so far */
	struct loudness *loudness;
	struct progress progress;
};

static bool put(void *user, const float *const channels[2], uint32_t n)
{
	struct measuring *m = user;
	if (filesource_invalid(m->source) == m->invalid) {
		loudness_add_channels(m->loudness, channels, n);
		return true;
	}
	m->invalid = filesource_invalid(m->source);
	float valid[2][OFFLINE_BLOCK];
	for (int c = 0; c < 2; c++)
		for (uint32_t i = 0; i < n; i++)
			valid[c][i] = poison_out(channels[c][i]);
	loudness_add_channels(m->loudness, (const float *const[]){ valid[0], valid[1] }, n);
	return true;
}

static bool show(void *user, uint64_t done)
{
	progress_show(&((struct measuring *)user)->progress, done);
	return false;
}

static enum status measure(
	struct measurement *m, struct filesource *source, const struct audiofile_info *info, struct reason *reason)
{
	struct measuring measuring = { .source = source, .loudness = loudness_new(info->rate, info->channels) };
	const struct offline_sink sink = { &measuring, put };
	struct offline loop = {
		.source = filesource_source(source), .sinks = &sink, .n_sinks = 1, .stop = show, .stop_user = &measuring
	};
	if (!measuring.loudness)
		return reason_set(reason, STATUS_NO_MEMORY, "no memory to measure it");
	progress_start(&measuring.progress, "measuring", info->rate, info->frames);
	enum status status = offline_run(&loop, reason);
	progress_end(&measuring.progress);
	loudness_end(measuring.loudness);
	measurement_take(m, measuring.loudness, info->rate, info->channels);
	m->invalid_samples = filesource_invalid(source);
	loudness_free(measuring.loudness);
	return status;
}

enum status filemeasure(struct measurement *m, const char *path, struct reason *reason)
{
	struct audiofile_info info;
	struct filesource *source = filesource_open(path, AUDIOFILE_WHOLE, 0, &info, reason);
	if (!source)
		return STATUS_IO;
	enum status status = measure(m, source, &info, reason);
	filesource_close(source);
	return status;
}
