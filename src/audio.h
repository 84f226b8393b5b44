/* Runs the engine: on JACK while there is a server, on silence while there is none. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_AUDIO_H
#define SRC_AUDIO_H

#include "rack/control/control.h"
#include "src/loop.h"
#include "src/wires.h"

struct audio_config {
	const char *name, *server; /* as in struct reconnect_config */
	struct wires *wires;
	bool wait; /* for a server; else the first start without one is given up */
	struct control *control;
	struct loop *loop;

	/* All of these are told by the loop, none is NULL. */
	void *user;
	void (*ready)(void *user);                  /* it plays, or waits for a server */
	void (*lost)(void *user, const char *text); /* one sentence, for people */
	void (*failed)(void *user, int status, const char *place, const char *text); /* there will be no sound */
	void (*stuck)(void *user); /* libjack hangs for good in this process; called again while it does */
};

struct audio;

/* Joins the loop, which looks for a server from then on. Everything here belongs to the control thread. NULL and a
 * reason.
 */
struct audio *audio_new(const struct audio_config *, struct reason *);

/* Has an engine ever run? */
bool audio_has_run(const struct audio *);

void audio_fade_out(struct audio *); /* waits until it is played */

/* Leaves JACK, within 0.5 s. False: libjack hangs, and whatever would be freed now it may still use: the process must
 * end by _exit. */
bool audio_free(struct audio *);

#endif
