/* What the parts of the server share: its state, and the message that is being answered. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_SERVING_H
#define OSC_SERVING_H

#include "osc/server.h"
#include "osc/server/lease.h"
#include "osc/server/limit.h"
#include "osc/server/socket.h"
#include "osc/wire/message.h"

enum { SYNCS_MAX = 64, JOBS_MAX = 16, REPLY_SIZE_MAX = 60000 };

struct server {
	struct control *control;
	struct sockets *sockets; /* NULL: no wire (direct.c); answers are dropped, errors go to refusal */
	struct reason *refusal;
	struct subjects subjects;
	struct leases leases;
	void *user;
	void (*quit)(void *user);
	struct limit limit;

	/* /sync that waits for the audio thread */
	struct sync {
		struct peer peer;
		int32_t number;
		uint64_t sequence;
		int64_t since_us;
	} syncs[SYNCS_MAX];
	int n_syncs;

	struct job *jobs[JOBS_MAX]; /* presets on their way; NULL: free */

	uint64_t malformed; /* datagrams */
	uint8_t in[PACKET_SIZE_MAX], out[REPLY_SIZE_MAX];
};

/* A message and its sender. */
struct request {
	struct server *server;
	const struct peer *peer;
	const struct message *message;
	const char *address; /* the message's, or the one that its pattern meant */
	unsigned origin;     /* of the sender, for control */
	bool over_rate;      /* the sender is over its rate: values are taken, nothing is answered */
};

/* Hands a message, or each address that its pattern means, to its handler (server.c). */
void serve(struct request *);

/* ---- Answers (reply.c): to the request's sender and nobody else */

/* types as message_add. */
void reply(const struct request *, const char *address, const char *types, ...);
void reply_body(const struct request *, const char *address, lo_message body); /* frees body (may be NULL) */

/* /error with the request's address and the reason. */
void reply_error(const struct request *, const char *reason);

/* The same to any peer. */
void send_to(struct server *, const struct peer *, const char *address, const char *types, ...);
void send_error(struct server *, const struct peer *, const char *address, const char *reason);

/* True when the message has no arguments; otherwise answers an error. */
bool expect_question(const struct request *);

/* Whether a surface's button, which sends 0 or F for it, was let go: what is done at its press is not done again. */
bool is_release(const struct request *);

/* Argument index as a number between min and max; NaN and what is missing give false and an error is answered. */
bool expect_number(const struct request *, int index, double min, double max, double *number);
const char *expect_text(const struct request *, int index); /* NULL: answered with an error */

/* ---- Handlers, each for the routes of its file */

void handle_row(const struct request *); /* rows.c */
void handle_slot_info(const struct request *);

void handle_chain(const struct request *); /* edits.c */
void handle_insert(const struct request *);
void handle_remove(const struct request *);
void handle_move(const struct request *);
void handle_replace(const struct request *);
void handle_preset_load(const struct request *);
void handle_preset_save(const struct request *);
void handle_preset_delete(const struct request *);
void handle_preset_list(const struct request *);
void edits_orphan(struct server *); /* jobs that are under way no longer answer */

void handle_scene_store(const struct request *); /* states.c */
void handle_scene_recall(const struct request *);
void handle_scene_delete(const struct request *);
void handle_scene_list(const struct request *);
void handle_ab(const struct request *);
void handle_ab_copy(const struct request *);
void handle_undo(const struct request *);
void handle_redo(const struct request *);
void handle_lock(const struct request *);

void handle_level(const struct request *); /* meters.c */
void handle_meter(const struct request *);
void handle_meter_info(const struct request *);
void handle_meter_reset(const struct request *);
void handle_meter_pause(const struct request *);
void handle_meter_start(const struct request *);

void handle_info(const struct request *); /* about.c */
void handle_status(const struct request *);
void handle_title(const struct request *);
void handle_modules(const struct request *);
void handle_sync(const struct request *);
void handle_cookie(const struct request *);
void handle_quit(const struct request *);
void handle_subscribe(const struct request *);
void handle_unsubscribe(const struct request *);

/* Answers the syncs that are due; milliseconds until it should be called again, -1: none waits. */
int about_poll_syncs(struct server *, int64_t now_us);

/* ---- Bodies that questions and subscriptions have in common; the caller frees. NULL: no memory */

lo_message body_of_row(struct control *, uint32_t slot, uint32_t param, enum form);
lo_message body_of_chain(struct control *);
lo_message body_of_title(struct control *);
lo_message body_of_info(struct control *);
lo_message body_of_status(struct server *);
lo_message body_of_level(const struct analysis_values *, bool out, int measure);
lo_message body_of_meter(struct control *, uint32_t slot, uint32_t meter);

/* The levels at both ends; silence while nothing is measured. */
void read_levels(struct control *, struct analysis_values *);

/* The measures below /meter/in and /meter/out: their last part, or NULL beyond the last. */
const char *level_name(int measure);

#endif
