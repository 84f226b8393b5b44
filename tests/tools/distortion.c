/* What a limiter has done to a file: build/distortion [OPTIONS] BEFORE AFTER... prints loudness gained and distortion.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tools/distortion.h"

#include <getopt.h>
#include <sndfile.h>
#include <stdbool.h>
#include <stdio.h>

static bool read_sound(struct sound *s, const char *path)
{
	SF_INFO info = { 0 };
	SNDFILE *file = sf_open(path, SFM_READ, &info);
	if (!file || info.channels != 2 || info.frames < info.samplerate) {
		fprintf(stderr, "distortion: %s: %s\n", path, !file ? sf_strerror(NULL) : "not a second of stereo");
		sf_close(file);
		return false;
	}
	s->rate = info.samplerate;
	s->n = (size_t)info.frames;
	float *frames = calloc(2 * s->n, sizeof *frames);
	s->n = (size_t)sf_readf_float(file, frames, info.frames);
	for (int c = 0; c < 2; c++) {
		s->channels[c] = calloc(s->n, sizeof *frames);
		for (size_t i = 0; i < s->n; i++)
			s->channels[c][i] = frames[2 * i + (size_t)c];
	}
	free(frames);
	sf_close(file);
	return true;
}

static void free_sound(struct sound *s)
{
	free(s->channels[0]);
	free(s->channels[1]);
}

static void print(const char *file, const struct distortion *d, bool json)
{
	if (json)
		printf("{\"gained_lu\": %.4f, \"true_peak_dbtp\": %.4f, \"over_db\": %.4f, \"honest_lu\": %.4f, "
		       "\"residual_db\": %.3f, \"delay_frames\": %zu}\n",
			d->gained_lu, d->true_peak_dbtp, d->over_db, d->honest_lu, d->residual_db, d->delay_frames);
	else
		printf("%s: %+.2f LU at %.2f dBTP, %.2f dB over the ceiling: %+.2f LU honest; residual %.1f dB; %zu frames late\n",
			file, d->gained_lu, d->true_peak_dbtp, d->over_db, d->honest_lu, d->residual_db,
			d->delay_frames);
}

static int usage(FILE *to, int status)
{
	fprintf(to,
		"usage: distortion [--json] [-c CEILING_DBTP] BEFORE AFTER...\n"
		"BEFORE: not driven; AFTER: limited to the ceiling (-1 dBTP), up to %d frames late\n",
		DISTORTION_DELAY_MAX - 1);
	return status;
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "json", no_argument, NULL, 'j' }, { "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 } };
	double ceiling = -1;
	bool json = false;
	int option, status = 0;
	char empty[] = "", *end = empty;
	while ((option = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
		if (option == 'h')
			return usage(stdout, 0);
		if (option == 'j')
			json = true;
		else if (option != 'c' || (ceiling = strtod(optarg, &end), *end))
			return usage(stderr, 2);
	}
	if (argc < optind + 2)
		return usage(stderr, 2);
	struct sound before, after;
	if (!read_sound(&before, argv[optind]))
		return 1;
	for (int i = optind + 1; i < argc && status == 0; i++) {
		if (!read_sound(&after, argv[i])) {
			status = 1;
			break;
		}
		if (after.rate == before.rate) {
			struct distortion d = distortion_measure(&before, &after, ceiling);
			print(argv[i], &d, json);
		} else {
			fprintf(stderr, "distortion: %s: %g Hz, not %g\n", argv[i], after.rate, before.rate);
			status = 1;
		}
		free_sound(&after);
	}
	free_sound(&before);
	return status;
}
