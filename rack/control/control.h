/* The model and its owner: every change from OSC, terminal, file or event goes through here to the audio thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_CONTROL_H
#define RACK_CONTROL_H

#include "rack/audio/bus.h"
#include "rack/control/states.h"
#include "rack/meters/analysis.h"
#include "rack/model/rack.h"

struct control;
struct engine;
struct worker;

/* All functions here belong to the control thread: the one that called control_new. */

/* Who made a change, to keep from echoing it: the OSC server hands out its own numbers from 1. */
enum { ORIGIN_HOST = 0 };

/* Told of every change, after it is in the model. A member of the listener's own struct; functions may be NULL. */
struct control_listener {
	void *user;
	/* one value; slot is an index or RACK_ITSELF */
	void (*value)(void *user, uint32_t slot, uint32_t param, float value, unsigned origin);
	/* slots came, went or moved: every index and value may be another */
	void (*chain)(void *user, unsigned origin);
	/* the delay through the rack is now so many frames (tell JACK) */
	void (*latency)(void *user, uint32_t frames);
	/* scenes, snapshots or locks are others */
	void (*states)(void *user);
	/* a preset, scene or snapshot comes, and this is what stays because it is locked */
	void (*kept)(void *user, const char *text);
	struct control_listener *next; /* the control's own */
};

struct control *control_new(struct reason *);
void control_free(struct control *); /* stop first; listeners may be gone already */

/* The listener stays where it is until it unlistens or the control is freed. Told in the order of listening; the one
 * that is being told must not unlisten. */
void control_listen(struct control *, struct control_listener *);
void control_unlisten(struct control *, struct control_listener *); /* one that never listened: nothing happens */

/* ---- The model */

const struct rack *control_rack(const struct control *);

/* The row and value of a slot or of the rack (RACK_ITSELF); indices must be in range. */
const struct param *control_param(const struct control *, uint32_t slot, uint32_t param);
float control_value(const struct control *, uint32_t slot, uint32_t param);

/* Changes between begin and end are one transaction: the audio thread applies them on one frame. Without begin each
 * change is one of its own. frame: engine frame for the change (control_frame_at), 0: as soon as possible; one that has
 * passed is applied at once. Never refused: while the audio thread has no room, changes wait, and the last value of
 * each is what arrives. */
void control_begin(struct control *, uint64_t frame);
void control_end(struct control *);

/* Clamps; *real (may be NULL) is what was set. BAD_VALUE: not finite. */
enum status control_set(
	struct control *, uint32_t slot, uint32_t param, float value, unsigned origin, float *real, struct reason *);

/* As rack_clean_title leaves it. */
void control_set_title(struct control *, const char *title, unsigned origin);

/* id NULL: from the type. Positions beyond the end mean the end. On failure nothing has changed. */
enum status control_insert(
	struct control *, const char *type, uint32_t position, const char *id, unsigned origin, struct reason *);
enum status control_remove(struct control *, const char *id, unsigned origin, struct reason *);
enum status control_move(struct control *, const char *id, uint32_t position, unsigned origin, struct reason *);
enum status control_replace(struct control *, const char *id, const char *type, unsigned origin, struct reason *);

/* The whole model at once, locked rows too; slots with the same id and type keep their sound's state. */
void control_load(struct control *, const struct rack *, unsigned origin);

enum { PRESET_COMMENT_SIZE = 256 };

/* Presets go through the worker; done is called on this thread, later or at once, with the result. done may be NULL.
 * reason with OK: what a load has kept because it is locked, "" for nothing. */
typedef void control_done(void *user, enum status, const struct reason *);
void control_preset_load(struct control *, const char *name, unsigned origin, control_done *done, void *user);
void control_preset_save(struct control *, const char *name, control_done *done, void *user); /* never in bypass */
void control_preset_delete(
	struct control *, const char *name, control_done *done, void *user); /* one's own; stays as .bak */

/* What a preset is like before it is loaded: its delay at the rate that the engine has (without one: at 48 kHz). info
 * is valid within the call; NULL with a status. */
struct preset_info {
	char title[RACK_TITLE_SIZE],
		comment[PRESET_COMMENT_SIZE]; /* comment: the file's first, to its first empty line */
	uint32_t latency_frames;
};
typedef void control_info_done(
	void *user, enum status, const char *name, const struct preset_info *info, const struct reason *);
void control_preset_info(struct control *, const char *name, control_info_done *, void *user);

/* ---- States: scenes, the snapshots A to D, undo. None of them touches parameters that are locked, or the rack's own
 * (bypass). */

enum { SCENE_SECONDS_MAX = 60 };

/* Storing under a name that is there replaces it. BAD_VALUE (rack/base/name.h), FULL, NO_MEMORY. */
enum status control_scene_store(struct control *, const char *name, struct reason *);

/* Of the three that bring other values, reason with OK is what was kept because it is locked, "" for nothing. */

/* All parameters start towards the scene on one frame and arrive after seconds (0 .. SCENE_SECONDS_MAX) together;
 * switches and choices change at once; slots that only one of both has are cross-faded. UNKNOWN: no such scene. */
enum status control_scene_recall(struct control *, const char *name, float seconds, unsigned origin, struct reason *);

enum status control_scene_delete(struct control *, const char *name, struct reason *); /* UNKNOWN: no such scene */

uint32_t control_n_scenes(const struct control *);
const char *control_scene_name(const struct control *, uint32_t index);
const struct rack *control_scene_rack(const struct control *, uint32_t index);
enum status control_scene_put(
	struct control *, const char *name, const struct rack *, struct reason *); /* as if stored */

/* Leaves what is now in the snapshot that is heard and goes to another (0 .. SNAPSHOTS - 1), which is the same until
 * changed. UNKNOWN: no such snapshot. */
enum status control_snapshot_hear(struct control *, uint32_t snapshot, unsigned origin, struct reason *);
uint32_t control_snapshot(const struct control *); /* the one that is heard */
enum status control_snapshot_copy(struct control *, uint32_t from, uint32_t to, unsigned origin, struct reason *);
const struct rack *control_snapshot_rack(
	const struct control *, uint32_t snapshot); /* NULL: it is heard, or the same as what is */
/* What a snapshot holds; NULL: it is the one that is heard, and nothing else changes. */
enum status control_snapshot_put(struct control *, uint32_t snapshot, const struct rack *, struct reason *);

/* Everything that changes the model can be undone, UNDO_MAX (undo.h) steps back: a transaction is one step, and so are
 * changes of one parameter by one hand that follow within half a second. UNAVAILABLE: nothing to undo. */
enum status control_undo(struct control *, unsigned origin, struct reason *);
enum status control_redo(struct control *, unsigned origin, struct reason *);

bool control_locked(const struct control *, uint32_t slot, uint32_t param);
enum status control_lock(struct control *, uint32_t slot, uint32_t param, bool locked, struct reason *);

/* The rack file at path (from the change line or the saved state), read here and now; warnings go to stderr by warn.
 * Keeps the file's lines, so that saving the preset again keeps its comments. */
enum status control_open_file(struct control *, const char *path, struct reason *);
/* The same from a text, which messages call name. */
enum status control_open_text(struct control *, const char *name, const char *text, size_t size, struct reason *);

/* The same while it plays: values glide to the file's for so long, as one step of undo; nothing changes where it cannot
 * be used. */
enum status control_reopen_file(struct control *, const char *path, uint32_t glide_ms, struct reason *);

/* The model as a rack file's text, with the comments of the file that it came from; malloc()ed, NULL: no memory. */
char *control_print(const struct control *);

/* ---- The audio side */

enum {
	CONTROL_OFFLINE = 1, /* no analysis thread: render and tests, where the caller is the audio thread too */
	CONTROL_LATE = 2,    /* frames are counted from CONTROL_LATE_FRAME and not from 0: for tests */
};

/* Soon more than 32 bits hold, as after a day at 48 kHz. */
#define CONTROL_LATE_FRAME 0xffffff00u

/* Makes an engine for this rate from the model. One at a time; the audio thread must not run when it stops. */
enum status control_start(struct control *, const struct spec *, unsigned flags, struct reason *);
void control_stop(struct control *);
struct engine *control_engine(struct control *); /* NULL when stopped */

/* Sends what is waiting, takes back what the audio thread returned. Call it after changes, when the worker's fd is
 * readable, and again within the returned milliseconds (-1: nothing is waiting). */
int control_tick(struct control *);
struct worker *control_worker(struct control *);

/* Frames from rack input to rack output: constant while slots are bypassed and controls move; it grows when an edit
 * needs more, and stays until it is released. */
uint32_t control_latency(const struct control *);

/* Takes back the delay that no slot needs any more, which is heard as a cross-fade into a sound that much earlier; by
 * itself it happens after 2 s of silence in and out. UNAVAILABLE: no engine runs, it runs offline, or a design
 * is under way, before which the filter in use may need that delay. */
enum status control_latency_release(struct control *, struct reason *);

/* The engine frame that is due at this CLOCK_MONOTONIC time; 0: unknown, no audio runs. */
uint64_t control_frame_at(struct control *, uint64_t time_us);

/* A number for "everything up to here", and the highest of those that the audio thread has applied entirely. */
uint64_t control_sequence(struct control *);
uint64_t control_applied(struct control *);

/* ---- What is measured and how it goes */

/* The newest values, valid until the next call. NULL while no engine or no analysis runs. */
const struct levels *control_analysis(struct control *);
void control_analysis_reset(struct control *);
void control_analysis_pause(struct control *, bool paused);

/* The latest value of a slot's meter, as its row describes it. */
float control_meter(struct control *, uint32_t slot, uint32_t meter);

/* What a bus is connected to. */
struct host_bus {
	bool there;
	bool connected[BUS_CHANNELS];
	char awaited[256]; /* what was asked for and is not there, with commas */
};

enum host_connection {
	HOST_WAITING, /* for the first server */
	HOST_CONNECTED,
	HOST_LOST, /* the server has gone; it is looked for */
};

/* Set by whoever drives the engine. */
struct host_status {
	char client[64]; /* JACK client name */
	bool connected;  /* to a server: connection is HOST_CONNECTED */
	enum host_connection connection;
	bool realtime, server_realtime; /* scheduling of the audio thread; whether the server gives any */
	uint32_t rate, period;
	uint64_t xruns_own, xruns_foreign;
	struct host_bus buses[N_BUSES];
};
void control_set_host(struct control *, const struct host_status *);

struct control_status {
	struct host_status host;
	float load_mean, load_worst; /* of a period, 0..1 and more; worst over the last second */
	uint64_t frames;             /* processed since the engine started */
	int overload;                /* enum overload_step: what is done about too much load */
	uint64_t poisoned;           /* times that a slot gave NaN, infinity or beyond 1e6 and was reset */
	uint32_t latency_frames;
};
void control_read_status(struct control *, struct control_status *);

#endif
