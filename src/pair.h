/* Which two ports of a client are its left and its right. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_PAIR_H
#define SRC_PAIR_H

/* From worst to best. */
enum pair_kind {
	PAIR_NONE,    /* the client has no port */
	PAIR_SERVICE, /* only ports for time code or a click; none is chosen */
	PAIR_LONE,    /* one port, the left */
	PAIR_UNLIKE,  /* the first two, whose names do not tell left and right */
	PAIR_ALIKE,   /* two whose names differ in left and right only: "out_L" and "out_R", "audio_out 1" and "2" */
	PAIR_MAIN,    /* two such ports of the client's master or main output */
};

struct pair {
	enum pair_kind kind;
	const char *names[2]; /* NULL: none */
};

/* names: ports ("client:port") of all clients in the server's order, NULL-terminated; the result points to them. Of
 * several pairs the first is chosen, a client's master or main output before it. */
struct pair pair_choose(const char *const *names, const char *client);

#endif
