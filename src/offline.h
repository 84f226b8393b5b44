/* The offline loop: frames from a source, through a rack's engine or past it, into sinks, with events on their frames.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_OFFLINE_H
#define SRC_OFFLINE_H

#include "rack/base/status.h"

#include <stdbool.h>
#include <stdint.h>

struct control;

enum { OFFLINE_BLOCK = 1024 };

/* What it needs of others; user is theirs. Blocks are stereo, one array a channel, of OFFLINE_BLOCK frames at most. */

/* Up to n frames; fewer at the end only. */
struct offline_source {
	void *user;
	enum status (*read)(void *user, float *const channels[2], uint32_t n, uint32_t *got, struct reason *);
};

/* False: has failed, and tells itself why; the loop ends with IO. */
struct offline_sink {
	void *user;
	bool (*put)(void *user, const float *const channels[2], uint32_t n);
};

/* next: the frame of the next event, UINT64_MAX where there is none. apply: all events up to this frame. */
struct offline_events {
	void *user;
	uint64_t (*next)(void *user);
	enum status (*apply)(void *user, uint64_t frame, struct reason *);
};

enum offline_part { OFFLINE_SOURCE, OFFLINE_EVENTS, OFFLINE_SINK, OFFLINE_STOPPED };

/* Zeroed, then the upper part set by the caller. The loop may be run again, with other sources and sinks: the engine
 * goes on from where it is. */
struct offline {
	struct offline_source source;
	struct control *control; /* started offline; NULL: the source's frames go to the sinks as they are */
	const struct offline_events *events; /* NULL: none */
	const struct offline_sink *sinks;
	uint32_t n_sinks;
	uint32_t skip; /* frames of the output that no sink gets, at the start: the latency */
	uint64_t tail; /* frames of silence behind the end of the source, in the output too */
	/* Every block; true: stop (status UNAVAILABLE). NULL: none. */
	bool (*stop)(void *user, uint64_t out_frames);
	void *stop_user;

	enum offline_part failed; /* whose status offline_run() returned, if it is not OK */
	uint64_t in_frames;       /* read from the source, in the end its length */
	uint64_t run_frames;      /* through the engine */
	uint64_t out_frames;      /* given to the sinks; in the end the source's length and the tail */
};

/* The output is as long as the source and the tail. The status of the source, of the events, IO of a sink. */
enum status offline_run(struct offline *, struct reason *);

/* After offline_run(): how loud (linear) the output is in the frames behind its end, which no sink got. */
float offline_ring(struct offline *, uint32_t frames);

#endif
